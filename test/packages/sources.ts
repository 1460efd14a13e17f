import { type BuiltFile, makeSdist, type SdistDescription } from '../support/wheels.ts';

export interface OwnSource extends Omit<SdistDescription, 'files'> {
  /** What runs before the wheel is written, as Python; `folder` is where that goes. */
  readonly before?: string;
  /** What the hook gives; the wheel that it wrote where left out. */
  readonly gives?: string;
  /** What its build needs. */
  readonly needs?: readonly string[];
  /** What its backend says on top of it, as Python. */
  readonly saysToNeed?: string;
  readonly files?: Readonly<Record<string, string>>;
}

/** A source that brings its own backend: nothing but Python is needed to build it. */
export function makeOwnSource({
  before = 'pass',
  gives,
  needs = [],
  saysToNeed = '[]',
  ...rest
}: OwnSource): BuiltFile {
  const { name, version = '1.0' } = rest;
  return makeSdist({
    ...rest,
    files: {
      'pyproject.toml': `[build-system]
requires = ${JSON.stringify(needs)}
build-backend = "own_backend"
backend-path = ["."]
`,
      'own_backend.py': `${wheelWriter}
def get_requires_for_build_wheel(settings=None):
    return ${saysToNeed}

def build_wheel(folder, settings=None, metadata=None):
${indent(before)}
    return ${gives ?? `write_wheel(folder, ${JSON.stringify(name)}, ${JSON.stringify(version)})`}
`,
      ...rest.files,
    },
  });
}

/** A source that a setup.py alone describes, as they were once. */
export function makeOldSource(name: string, setup: string): BuiltFile {
  return makeSdist({
    name,
    metadata: `Metadata-Version: 2.1\nName: ${name}\nVersion: 1.0\n`,
    files: { 'setup.py': setup },
    change: (entries) => entries.filter(({ path }) => !path.endsWith('/pyproject.toml')),
  });
}

function indent(code: string): string {
  return code.replaceAll(/^/gm, '    ');
}

/** What a backend comes to: a wheel with a RECORD that is right, unless it is told otherwise. */
export const wheelWriter = `
import base64, hashlib, os, zipfile

def line(path, content):
    digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
    return "%s,sha256=%s,%d\\n" % (path, digest, len(content))

def write_wheel(folder, name, version, files=None, needs=(), filename=None):
    stem = "%s-%s" % (name.replace("-", "_"), version)
    info = stem + ".dist-info/"
    filename = filename or stem + "-py3-none-any.whl"
    metadata = "Metadata-Version: 2.4\\nName: %s\\nVersion: %s\\n" % (name, version)
    metadata += "".join("Requires-Dist: %s\\n" % need for need in needs)
    content = {name.replace("-", "_") + "/__init__.py": b"built = True\\n", **(files or {})}
    content[info + "METADATA"] = metadata.encode()
    content[info + "WHEEL"] = b"Wheel-Version: 1.0\\nGenerator: own\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n"
    record = "".join(line(path, each) for path, each in content.items()) + info + "RECORD,,\\n"
    with zipfile.ZipFile(os.path.join(folder, filename), "w") as archive:
        for path, each in {**content, info + "RECORD": record.encode()}.items():
            archive.writestr(zipfile.ZipInfo(path), each)
    return filename
`;
