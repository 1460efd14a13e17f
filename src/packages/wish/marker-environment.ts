import type { MarkerEnvironment } from './evaluate-marker.ts';

/** The Python and the machine that packages are chosen for. */
export interface MarkerTarget {
  /** With all its parts: 3.12.4. */
  readonly pythonVersion: string;
  readonly system: 'linux' | 'macos' | 'windows';
  /** As the kernel says it: x86_64, aarch64, arm64, AMD64. */
  readonly machine: string;
  readonly implementation?: 'cpython' | 'pypy' | undefined;
  /** The kernel's own; empty where it is not known, and then no marker that asks for a version of it holds. */
  readonly release?: string | undefined;
}

const systems = {
  linux: { os_name: 'posix', sys_platform: 'linux', platform_system: 'Linux' },
  macos: { os_name: 'posix', sys_platform: 'darwin', platform_system: 'Darwin' },
  windows: { os_name: 'nt', sys_platform: 'win32', platform_system: 'Windows' },
} as const;

/** What markers see on the target. */
export function markerEnvironment(target: MarkerTarget): MarkerEnvironment {
  const { pythonVersion, machine, implementation = 'cpython', release = '' } = target;
  return {
    ...systems[target.system],
    platform_machine: machine,
    platform_release: release,
    platform_version: '',
    python_full_version: pythonVersion,
    python_version: pythonVersion.split('.').slice(0, 2).join('.'),
    implementation_name: implementation,
    implementation_version: pythonVersion,
    platform_python_implementation: implementation === 'cpython' ? 'CPython' : 'PyPy',
  };
}
