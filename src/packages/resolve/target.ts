import { BelljarError } from '../../errors.ts';

/** For which Python, on which kind of machine, versions are chosen. */
export interface Target {
  /** As `3.12` or `3.12.4`. */
  readonly pythonVersion: string;
  /** As uv names platforms; undefined for the machine that Belljar runs on. */
  readonly platform?: string | undefined;
}

/** What a target means where wheels are compared with it. */
export interface TargetTraits {
  /** With its last number, which is 0 where none was named. */
  readonly pythonVersion: string;
  readonly minor: number;
  /** `linux`, `macos` or `windows`. */
  readonly system: 'linux' | 'macos' | 'windows';
  /** As Python names it there: what markers are compared with. */
  readonly machine: string;
  readonly isMusl: boolean;
}

const pythonPattern = /^3\.(?<minor>[0-9]{1,2})(?:\.[0-9]{1,3})?$/;
const platformName = /^[a-z0-9][a-z0-9_-]{1,60}$/;
const oldestMinor = 9;

/** @throws USAGE where it names no Python or platform that can be a target. */
export function describeTarget({ pythonVersion: python, platform }: Target): TargetTraits {
  const minor = Number(pythonPattern.exec(python)?.groups?.['minor'] ?? 0);
  if (minor < oldestMinor) {
    throw new BelljarError('USAGE', `“${python}” is not a Python that can be planned for`, {
      hint: `Name one as 3.12 or 3.12.4, of 3.${oldestMinor} or newer.`,
    });
  }
  const pythonVersion = python.split('.').length < 3 ? `${python}.0` : python;
  if (platform === undefined) return { pythonVersion, minor, system: 'linux', machine: ownMachine(), isMusl: false };
  const system = systemOf(platform);
  if (!platformName.test(platform) || system === undefined) {
    throw new BelljarError('USAGE', `“${platform}” is not a platform that can be planned for`, {
      hint: 'Name one as uv does, such as x86_64-unknown-linux-gnu or aarch64-apple-darwin.',
    });
  }
  return { pythonVersion, minor, system, machine: machineOf(platform, system), isMusl: platform.endsWith('-musl') };
}

/** One text for equal targets, the machine's own kind among them. */
export function targetKey(target: Target): string {
  const { system, machine } = describeTarget(target);
  return `python ${target.pythonVersion}, ${target.platform ?? `this machine: ${system} ${machine}`}`;
}

/** What targetKey() made a text of; undefined where it made none such. */
export function parseTargetKey(key: string): Target | undefined {
  const { python: pythonVersion, platform = '' } =
    /^python (?<python>[^ ,]+), (?<platform>.+)$/.exec(key)?.groups ?? {};
  if (pythonVersion === undefined) return undefined;
  return platform.startsWith('this machine: ') ? { pythonVersion } : { pythonVersion, platform };
}

/** Whether two versions of Python take the same wheels. */
export function isSameMinor(one: string, other: string): boolean {
  return one.split('.', 2).join('.') === other.split('.', 2).join('.');
}

function ownMachine(): string {
  return process.arch === 'arm64' ? 'aarch64' : process.arch === 'x64' ? 'x86_64' : process.arch;
}

function systemOf(platform: string): TargetTraits['system'] | undefined {
  if (/linux/.test(platform) && !/android/.test(platform)) return 'linux';
  if (platform === 'macos' || platform.endsWith('-apple-darwin')) return 'macos';
  return platform === 'windows' || platform.endsWith('-windows-msvc') ? 'windows' : undefined;
}

/** What Python says there for what uv names otherwise. */
const ownNames: Readonly<Record<TargetTraits['system'], Readonly<Record<string, string>>>> = {
  linux: {},
  macos: { aarch64: 'arm64' },
  windows: { x86_64: 'AMD64', aarch64: 'ARM64', i686: 'x86' },
};

function machineOf(platform: string, system: TargetTraits['system']): string {
  const [first = ''] = platform.split('-');
  const machine = platform === system ? (system === 'macos' ? 'aarch64' : 'x86_64') : first;
  return ownNames[system][machine] ?? machine;
}
