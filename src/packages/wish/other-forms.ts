/** What a line of a requirements file can be to pip or uv and is not to us: each with its reason. */
export interface Refusal {
  readonly message: string;
  readonly hint?: string | undefined;
}

const onlyNames = 'Only names and versions are taken; packages come from the indexes of the installation.';

/** By the option, in both of its spellings. */
const optionHints: Readonly<Record<string, string>> = {
  '-r': 'Name each file by itself.',
  '--requirement': 'Name each file by itself.',
  '-c': 'Write the versions into the requirements themselves.',
  '--constraint': 'Write the versions into the requirements themselves.',
  '-e': onlyNames,
  '--editable': onlyNames,
  '-i': onlyNames,
  '--index-url': onlyNames,
  '--extra-index-url': onlyNames,
  '--pypi-url': onlyNames,
  '-f': onlyNames,
  '--find-links': onlyNames,
  '--no-index': onlyNames,
  '--trusted-host': onlyNames,
  '--pre': 'The policy decides about pre-releases; name one with == where you need it.',
  '--no-binary': 'The policy decides about source distributions.',
  '--only-binary': 'The policy decides about source distributions; wheels are the default.',
  '--require-hashes': 'Leave it out: where a requirement has hashes they are always enforced.',
  '--hash': 'Write --hash=sha256: and 64 hexadecimal digits, behind a requirement.',
};

/** Says what the text is where it is no requirement by name; undefined where it may be one. */
export function refuseOtherForms(text: string): Refusal | undefined {
  const bare = text.replaceAll(/"[^"]*"|'[^']*'/g, '""');
  return refuseOption(bare) ?? refuseVariable(text) ?? refuseAddress(bare) ?? refusePath(bare) ?? refuseArchive(bare);
}

function refuseOption(text: string): Refusal | undefined {
  const option = /(?:^|[ \t])(?<option>--?[A-Za-z][A-Za-z-]*)/.exec(text)?.groups?.['option'];
  if (option !== undefined) {
    const hint = optionHints[option] ?? optionHints[option.slice(0, 2)];
    return { message: `“${option}” is an option; none but --hash is taken`, hint };
  }
  return text.startsWith('-') ? { message: 'a requirement does not begin with “-”' } : undefined;
}

function refuseVariable(text: string): Refusal | undefined {
  if (!/\$|%[A-Za-z_]+%/.test(text)) return undefined;
  return {
    message: 'it has a variable of the environment; nothing is put in for it',
    hint: 'Write what it stands for.',
  };
}

function refuseAddress(text: string): Refusal | undefined {
  const vcs = /(?:^|[^A-Za-z])(git|hg|svn|bzr)\+[a-z]/.exec(text)?.[1];
  if (vcs !== undefined) return { message: `it names a ${vcs} repository`, hint: onlyNames };
  if (/^[A-Za-z]:[\\/]/.test(text)) return undefined;
  if (/[A-Za-z][A-Za-z0-9+.-]*:/.test(text)) return { message: 'it names an address', hint: onlyNames };
  const version = /^(?<name>[A-Za-z0-9._-]+)@(?<version>v?[0-9][A-Za-z0-9.]*)$/.exec(text)?.groups;
  if (version !== undefined) {
    const [name, wanted] = [version['name'] ?? '', version['version'] ?? ''];
    return { message: 'behind “@” stands an address', hint: `Did you mean ${name}==${wanted.replace(/^v/, '')}?` };
  }
  return text.includes('@') ? { message: 'behind “@” stands an address', hint: onlyNames } : undefined;
}

function refusePath(text: string): Refusal | undefined {
  if (!/[/\\~]/.test(text.replaceAll('~=', '')) && !/^\.{1,2}(?:\[|;|\s|$)/.test(text)) return undefined;
  return { message: 'it names a path', hint: onlyNames };
}

function refuseArchive(text: string): Refusal | undefined {
  if (!/^[A-Za-z0-9._+!-]+\.(?:whl|egg|zip|tar|tgz|tbz|txz|tar\.(?:gz|bz2|xz|z|lz|lzma|zst))(?=[[;\s]|$)/i.test(text))
    return undefined;
  return { message: 'it names a file', hint: onlyNames };
}
