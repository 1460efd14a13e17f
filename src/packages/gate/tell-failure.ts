import { type ErrorCode, toBelljarError } from '../../errors.ts';

/** What these say is about indexes and their files; others may name what is on this machine. */
const tellable: readonly ErrorCode[] = ['INDEX_UNAVAILABLE', 'ARTIFACT_MISMATCH', 'POLICY_DENIED'];

/** What a client is told of a failure: never an address of an index, nor a path of this machine. */
export function tellFailure(thrown: unknown): { readonly status: number; readonly text: string } {
  const { code, message, httpStatus } = toBelljarError(thrown);
  const text = tellable.includes(code) ? hideAddresses(message) : 'the gate cannot do that now';
  return { status: code === 'CANCELLED' ? 503 : httpStatus, text: `${text} [${code}]` };
}

function hideAddresses(text: string): string {
  return text.replaceAll(/[a-z][a-z0-9+.-]*:\/\/\S+/gi, (address) => (address.endsWith(':') ? '…:' : '…'));
}
