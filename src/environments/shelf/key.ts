import { hash } from 'node:crypto';

import { type JsonValue, canonicalJson } from '../../canonical-json.ts';
import type { PythonBuild } from '../pythons/index.ts';

/** What an environment is made of and for; two that are equal share one. */
export interface EnvironmentSpec {
  /** The digest of the lock. */
  readonly lock: string;
  readonly python: PythonBuild;
  /** The platform that the lock is for. */
  readonly platform: string;
  /** Who lays it out, and with which options. */
  readonly installer: { readonly name: string; readonly version: string; readonly options?: JsonValue };
  /** Who shares it: the installation, an owner or a workspace, in a word of the caller's. */
  readonly namespace: string;
  /** The sha256 of its wheels: none of them leaves the store while this is there or being built. */
  readonly wheels: readonly string[];
}

/** The name of an environment. Where its Python lies counts too: the interpreter's path is written into it. */
export function environmentKey({ lock, python, platform, installer, namespace }: EnvironmentSpec): string {
  const { build, executable } = python;
  return hash('sha256', canonicalJson({ form: 1, lock, build, executable, platform, installer, namespace }));
}
