/** Why somebody inside does not get through, or no further. What was done inside is never believed to be an accident. */
export type RefusalKind =
  /** Not said in a way that has one meaning. */
  | 'malformed'
  /** Said clearly, and nothing that the proxy does. */
  | 'unsupported'
  /** No rule of the policy opens it. */
  | 'policy'
  /** The name leads to an address that is nobody's business. */
  | 'address'
  /** What goes through the tunnel is for another host than was asked for, or cannot be told. */
  | 'contents'
  /** Too much at once, or in all. */
  | 'limit'
  | 'unresolvable'
  | 'unreachable'
  | 'slow';

interface RefusalRow {
  /** Status of the HTTP answer. */
  readonly http: number;
  /** Reply code of SOCKS5. */
  readonly socks: number;
  /** Whether it goes on the record as a denial; the others are misfortunes of what was allowed. */
  readonly isDenial: boolean;
}

export const refusalTable: Readonly<Record<RefusalKind, RefusalRow>> = {
  malformed: { http: 400, socks: 1, isDenial: true },
  unsupported: { http: 501, socks: 7, isDenial: true },
  policy: { http: 403, socks: 2, isDenial: true },
  address: { http: 403, socks: 2, isDenial: true },
  contents: { http: 403, socks: 2, isDenial: true },
  limit: { http: 503, socks: 1, isDenial: true },
  unresolvable: { http: 502, socks: 4, isDenial: false },
  unreachable: { http: 502, socks: 5, isDenial: false },
  slow: { http: 504, socks: 6, isDenial: false },
};

/** Thrown where a passage ends; caught by what answers for the protocol. Never leaves the folder. */
export class Refusal extends Error {
  readonly kind: RefusalKind;
  /** The rule of the policy that decided, where one did. */
  readonly rule: string | undefined;

  constructor(kind: RefusalKind, message: string, rule?: string) {
    super(message);
    this.kind = kind;
    this.rule = rule;
  }
}

/** What a person inside reads. */
export function describeRefusal({ kind, message, rule }: Refusal): string {
  const by = rule === undefined ? '' : ` (${rule})`;
  const hint =
    kind === 'policy'
      ? 'The network is off but for what the policy opens: ask the operator to add it under runtime.network.allow.\n'
      : '';
  return `belljar: ${refusalTable[kind].isDenial ? 'refused' : 'failed'}: ${message}${by}\n${hint}`;
}
