import { BelljarError } from '../../errors.ts';

/** An index’s address, and what only the client may know of it. */
export interface IndexAddress {
  /** Ends in a slash; without user, password, query and fragment. */
  readonly base: URL;
  readonly authorization: string | undefined;
}

/** @throws USAGE where it is no address that an index can have. */
export function readIndexAddress(text: string): IndexAddress {
  const url = URL.parse(text);
  if (url === null || !isWebAddress(url)) {
    throw new BelljarError('USAGE', 'the address of a package index is not one of http or https', {
      hint: 'Check PIP_INDEX_URL, UV_DEFAULT_INDEX and `pip config list`.',
    });
  }
  const authorization = readAuthorization(url);
  const base = withoutSecrets(url);
  if (!base.pathname.endsWith('/')) base.pathname += '/';
  return { base, authorization };
}

export function isWebAddress(url: URL): boolean {
  return url.protocol === 'https:' || url.protocol === 'http:';
}

/** As it may be shown, logged and recorded: what stands in a query may be a key. */
export function showAddress(url: URL): string {
  return withoutSecrets(url).href;
}

export function encodeBasic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

function withoutSecrets(url: URL): URL {
  const shown = new URL(url);
  shown.username = '';
  shown.password = '';
  shown.search = '';
  shown.hash = '';
  return shown;
}

function readAuthorization({ username, password }: URL): string | undefined {
  if (username === '' && password === '') return undefined;
  return encodeBasic(decodeLoosely(username), decodeLoosely(password));
}

function decodeLoosely(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a lone percent sign stands for itself
  }
}
