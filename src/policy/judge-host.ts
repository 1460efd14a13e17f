import type { Policy } from './policy-schema.ts';
import type { Reason } from './reason.ts';

interface HostQuestion {
  readonly allow: Policy['runtime']['network']['allow'];
  /** In canonical form: ASCII, lower case, no dot at the end; an address as its family writes it. */
  readonly host: string;
  readonly port: number;
}

export interface HostDecision {
  readonly verdict: 'allow' | 'deny';
  readonly reason: Reason;
}

/** Whether running code may reach a port of a host: what no rule names is denied. */
export function judgeHost({ allow, host, port }: HostQuestion): HostDecision {
  const naming = allow.flatMap((rule, index) =>
    namesHost(rule.host, host)
      ? [{ rule: `runtime.network.allow[${index}]`, ports: rule.ports, named: rule.host }]
      : [],
  );
  const open = naming.find(({ ports }) => ports.includes(port));
  const base = { matched: `${host}:${port}`, path: [] };
  if (open !== undefined) {
    const message = `${open.named} is open on port ${port}`;
    return { verdict: 'allow', reason: { ...base, rule: open.rule, verdict: 'allow', message } };
  }
  const [first] = naming;
  const rule = first?.rule ?? 'runtime.network.allow';
  const ports = [...new Set(naming.flatMap((named) => named.ports))].sort((one, other) => one - other);
  const message =
    first === undefined ? `no rule names the host ${host}` : `${host} is open on ${namePorts(ports)}, not on ${port}`;
  return { verdict: 'deny', reason: { ...base, rule, verdict: 'deny', message } };
}

function namePorts(ports: readonly number[]): string {
  const [last, ...others] = ports.toReversed();
  return others.length === 0 ? `port ${last}` : `ports ${others.toReversed().join(', ')} and ${last}`;
}

/** `*.example.org` names all below it, and not itself. */
function namesHost(pattern: string, host: string): boolean {
  if (!pattern.startsWith('*.')) return pattern === host;
  return host.endsWith(pattern.slice(1)) && host.length > pattern.length - 1;
}
