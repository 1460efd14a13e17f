import { join } from 'node:path';

import { nameLauncher } from '../../launcher.ts';
import { type CgroupMount, handedOverName } from '../cgroup/index.ts';
import type { MachineUser } from './user.ts';

/** One thing that is done to the machine, and what it is good for. */
export type SetupStep =
  /** A group that belongs to the user: its limits stay root's, groups below it are the user's own. */
  | { readonly kind: 'group'; readonly path: string; readonly files: readonly string[] }
  | { readonly kind: 'file'; readonly path: string; readonly text: string }
  | { readonly kind: 'pass-on'; readonly path: string; readonly controllers: readonly string[] }
  | { readonly kind: 'reload'; readonly command: readonly [string, ...string[]] };

export interface SetupPlan {
  readonly user: MachineUser;
  readonly steps: readonly SetupStep[];
  /** The groups of version 1, which the user's processes may join from wherever they are. */
  readonly groups: readonly string[];
  /** What is left to a person. */
  readonly advice: readonly string[];
}

export interface MachineTrees {
  readonly mounts: readonly CgroupMount[];
  readonly hasSystemd: boolean;
  /** What the unified tree offers at its root. */
  readonly unifiedControllers: readonly string[];
}

const legacyControllers = ['memory', 'pids', 'cpu', 'cpuacct'];
const unifiedControllers = ['memory', 'pids', 'cpu'];

/** What delegates the controllers that limits need to one user; changes nothing. */
export function planSetup(user: MachineUser, trees: MachineTrees): SetupPlan {
  // A tree may be mounted in several places, of which the first found is the one where groups are made.
  const legacy = legacyControllers.flatMap(
    (name) => trees.mounts.find(({ version, options }) => version === 1 && options.includes(name)) ?? [],
  );
  const groups = [...new Set(legacy.map(({ mountPoint }) => join(mountPoint, handedOverName(user.uid))))];
  const unified = trees.mounts.find(({ version }) => version === 2)?.mountPoint;
  const isUnified = unifiedControllers.every((name) => trees.unifiedControllers.includes(name));
  if (groups.length > 0) return planLegacy(user, groups, trees.hasSystemd);
  if (unified === undefined || !isUnified) {
    return { user, steps: [], groups: [], advice: ['No cgroup tree of this machine offers memory, pids and cpu.'] };
  }
  return trees.hasSystemd ? planSystemd(user) : planUnified(user, unified);
}

function planLegacy(user: MachineUser, groups: readonly string[], hasSystemd: boolean): SetupPlan {
  const steps: SetupStep[] = groups.map((path) => ({ kind: 'group', path, files: ['cgroup.procs'] }));
  if (!hasSystemd) {
    const advice = [
      `The groups are gone after a restart: let root run this at each: ${nameLauncher()} setup --user ${user.name}`,
    ];
    return { user, steps, groups, advice };
  }
  const text = groups
    .flatMap((path) => [
      `d ${path} 0755 ${user.uid} ${user.gid} -`,
      `z ${join(path, 'cgroup.procs')} 0644 ${user.uid} ${user.gid} -`,
    ])
    .join('\n');
  steps.push({ kind: 'file', path: `/etc/tmpfiles.d/belljar-user-${user.uid}.conf`, text: `${text}\n` });
  return { user, steps, groups, advice: [] };
}

/** The user's own systemd hands on what it was handed itself; by default that is not all. */
function planSystemd(user: MachineUser): SetupPlan {
  const text = `[Service]\nDelegate=${unifiedControllers.join(' ')}\n`;
  return {
    user,
    steps: [
      { kind: 'file', path: `/etc/systemd/system/user@${user.uid}.service.d/belljar.conf`, text },
      { kind: 'reload', command: ['systemctl', 'daemon-reload'] },
    ],
    groups: [],
    advice: [
      `It holds from the next login of ${user.name} on, or at once (this ends the user’s sessions): systemctl restart user@${user.uid}.service`,
      `The user starts Belljar by: systemd-run --user --scope -p Delegate=yes ${nameLauncher()} …`,
    ],
  };
}

/** On the unified tree a process joins only by who may write to the group above both places: root, once per start. */
function planUnified(user: MachineUser, mountPoint: string): SetupPlan {
  const path = join(mountPoint, handedOverName(user.uid));
  const files = ['cgroup.procs', 'cgroup.subtree_control', 'cgroup.threads'];
  return {
    user,
    steps: [
      { kind: 'pass-on', path: join(mountPoint, 'cgroup.subtree_control'), controllers: unifiedControllers },
      { kind: 'group', path, files },
    ],
    groups: [],
    advice: [
      `Root starts what ${user.name} runs there: sh -c 'echo $$ >${path}/cgroup.procs && exec setpriv --reuid ${user.uid} --regid ${user.gid} --init-groups ./belljar …'`,
      `The group is gone after a restart: let root run this at each: ${nameLauncher()} setup --user ${user.name}`,
    ],
  };
}

export function describeStep(step: SetupStep, { name }: MachineUser): string {
  switch (step.kind) {
    case 'group':
      return `make the group ${step.path} and give it to ${name}`;
    case 'file':
      return `write ${step.path}`;
    case 'pass-on':
      return `pass ${step.controllers.join(', ')} on in ${step.path}`;
    case 'reload':
      return `run ${step.command.join(' ')}`;
  }
}

/** What taking back does about a step. */
export function describeRemoval(step: SetupStep): string {
  switch (step.kind) {
    case 'group':
      return `remove the group ${step.path}`;
    case 'file':
      return `remove ${step.path}`;
    case 'pass-on':
      return `leave ${step.path} as it is: another may need it by now`;
    case 'reload':
      return `run ${step.command.join(' ')}`;
  }
}

/** What taking back found and did about a step. */
export function describeRemoved(step: SetupStep, wasThere: boolean): string {
  switch (step.kind) {
    case 'group':
      return wasThere ? `removed the group ${step.path}` : `the group ${step.path} was not there`;
    case 'file':
      return wasThere ? `removed ${step.path}` : `${step.path} was not there`;
    case 'pass-on':
      return `left ${step.path} as it is: another may need it by now`;
    case 'reload':
      return `ran ${step.command.join(' ')}`;
  }
}

/** Turned round, but that systemd looks anew when all else is done. */
export function orderRemoval({ steps }: SetupPlan): SetupStep[] {
  const isReload = ({ kind }: SetupStep): boolean => kind === 'reload';
  return [...steps.toReversed().filter((step) => !isReload(step)), ...steps.filter(isReload)];
}
