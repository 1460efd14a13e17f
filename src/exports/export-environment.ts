import { BelljarError, refuseWhenCancelled } from '../errors.ts';
import type { LockAsker } from '../packages/index.ts';
import { EnvironmentContent } from './environment-content.ts';
import type { ExportParts } from './export-workspace.ts';
import { requireExport } from './require-export.ts';
import { writeBundle } from './write-bundle.ts';

export const exportFormats = ['bundle', 'pylock', 'requirements', 'sbom'] as const;
export type ExportFormat = (typeof exportFormats)[number];

export interface EnvironmentExportOptions {
  readonly key: string;
  readonly format: ExportFormat;
  readonly asker: LockAsker;
  readonly signal?: AbortSignal | undefined;
}

/**
 * An environment in one of the forms that other tools read, or all of them as one archive; nothing is done before the first
 * byte is wanted.
 *
 * @throws POLICY_DENIED, ENVIRONMENT_MISSING, LOCK_UNKNOWN, FILE_REFUSED where it is not whole and makes room meanwhile,
 * CANCELLED
 */
export async function* exportEnvironment(
  parts: Omit<ExportParts, 'declarations' | 'sessions'>,
  { key, format, asker, signal }: EnvironmentExportOptions,
): AsyncGenerator<Uint8Array> {
  const { hash: policyHash } = parts.currentPolicy();
  refuseWhenCancelled(signal);
  await requireExport(parts, asker);
  const stores = await parts.openStores();
  const environment = await stores.shelf.find(key);
  if (environment === undefined) {
    throw new BelljarError('ENVIRONMENT_MISSING', `there is no environment ${key}`, { details: { key } });
  }
  const { lock } = environment;
  using content = await EnvironmentContent.open({ ...stores, packages: parts.packages }, { key, lock });
  const { actor, role, workspace = null } = asker;
  await parts.record.append({
    ...{ action: 'environment.exported', actor: { ...actor, role }, workspace, policyHash },
    ...{ subject: `environment ${key}`, details: { format, lock } },
  });
  const subject = `environment ${key}`;
  if (format !== 'bundle') {
    yield Buffer.from(format === 'sbom' ? content.writeSbom(subject) : content[format]);
    return;
  }
  const files = await content.files(subject, { asker, signal });
  yield* writeBundle(inTurn(files), { kind: 'environment', subject, exportedAt: new Date().toISOString(), policyHash });
}

async function* inTurn<T>(all: readonly T[]): AsyncGenerator<Awaited<T>> {
  for (const each of all) yield await each;
}
