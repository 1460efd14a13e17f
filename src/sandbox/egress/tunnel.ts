import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { pipeline } from 'node:stream/promises';

import { answerHttp } from './answer.ts';
import { ContentsRefusal, FirstBytes, tlsPort } from './first-bytes.ts';
import type { EgressLimits } from './limits.ts';
import type { Passage } from './passage.ts';
import { Refusal } from './refusal.ts';
import type { Target } from './target.ts';

export interface Tunnel {
  readonly passage: Passage;
  readonly target: Target;
  readonly client: Duplex;
  readonly upstream: Socket;
  readonly limits: EgressLimits;
}

/** The end of TLS that says: access denied. */
const tlsAlert = Buffer.from([21, 3, 3, 0, 2, 2, 49]);

/** Passes bytes both ways until both are done; what goes out is held to the host that the tunnel is for. */
export async function joinTunnel({ passage, target, client, upstream, limits }: Tunnel): Promise<void> {
  const { signal } = passage;
  const first = new FirstBytes(target);
  first.once('error', (error) => {
    if (!(error instanceof ContentsRefusal)) return;
    if (error.voice === 'tls') client.write(tlsAlert);
    if (error.voice === 'http') answerHttp(client, error);
  });
  passage.watchIdle(limits.helloMs);
  const up = pipeline(client, first, passage.meter('up'), upstream, { signal });
  // On other ports servers may speak first.
  const mayAnswer = target.port === tlsPort ? first.checked : Promise.resolve(true);
  const down = mayAnswer.then((isFine) =>
    isFine ? pipeline(upstream, passage.meter('down'), client, { signal }) : undefined,
  );
  const [sent, answered] = await Promise.allSettled([up, down]);
  // Once one side has said all it had to say, the other may leave as it likes.
  if (sent.status === 'rejected' && (answered.status === 'rejected' || sent.reason instanceof Refusal))
    throw sent.reason;
}
