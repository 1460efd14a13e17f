import { createHmac } from 'node:crypto';

/** What a client of ZeroMQ says first. */
export function greeting(): Buffer {
  const bytes = Buffer.alloc(64);
  Buffer.from([0xff, 0, 0, 0, 0, 0, 0, 0, 1, 0x7f, 3, 1]).copy(bytes);
  bytes.write('NULL', 12, 'latin1');
  return bytes;
}

/** A frame as ZeroMQ packs it; long ones have a longer length. */
export function frame(body: string, { hasMore = false, isCommand = false, isLong = false } = {}): Buffer {
  const bytes = Buffer.from(body);
  const needsLong = isLong || bytes.length > 255;
  const flags = (hasMore ? 1 : 0) | (needsLong ? 2 : 0) | (isCommand ? 4 : 0);
  const length = Buffer.alloc(needsLong ? 8 : 1);
  if (needsLong) length.writeBigUInt64BE(BigInt(bytes.length));
  else length.writeUInt8(bytes.length);
  return Buffer.concat([Buffer.of(flags), length, bytes]);
}

/** A message of Jupyter's, signed with the key. */
export function jupyterMessage(type: string, key: string, content = '{"code": "6 * 7"}'): Buffer {
  const signed = [JSON.stringify({ msg_id: 'one', msg_type: type }), '{}', '{}', content];
  const signature = createHmac('sha256', key).update(signed.join('')).digest('hex');
  const parts = ['<IDS|MSG>', signature, ...signed];
  return Buffer.concat(parts.map((part, at) => frame(part, { hasMore: at < parts.length - 1 })));
}
