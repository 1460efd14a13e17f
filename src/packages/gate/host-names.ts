/**
 * Whether a request names this gate as its host. A page of another site that has its own name resolve to a loopback
 * address reaches the port, but names itself.
 */
export function isOwnHost(
  header: string | undefined,
  { port, hosts }: { port: number; hosts: readonly string[] },
): boolean {
  if (header === undefined) return false;
  const host = header.toLowerCase();
  return (
    hosts.includes(host) || loopbackNames.some((name) => host === `${name}:${port}` || (port === 80 && host === name))
  );
}

const loopbackNames = ['127.0.0.1', 'localhost', '[::1]'];

/** Whether only this machine can reach the address. */
export function isLoopback(address: string): boolean {
  return address === 'localhost' || address === '::1' || /^127(?:\.[0-9]{1,3}){3}$/.test(address);
}
