import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import type { SetupPlan } from './plan.ts';

/** Whether a group that was handed over does what it is for, tried as the user. */
export interface GroupTrial {
  readonly group: string;
  readonly works: boolean;
  readonly why: string;
}

/** As the user and from where a process of the user's may be: a group is made, joined and removed. */
export function verifySetup({ groups, user }: SetupPlan): Promise<GroupTrial[]> {
  const drop = ['--reuid', String(user.uid), '--regid', String(user.gid), '--clear-groups', '--inh-caps=-all'];
  return Promise.all(
    groups.map(async (group): Promise<GroupTrial> => {
      try {
        await promisify(execFile)('setpriv', [...drop, 'sh', '-c', trial, 'belljar', `${group}/trial-${process.pid}`]);
        return { group, works: true, why: `${user.name} made a group there, joined it and removed it` };
      } catch (error) {
        const { stderr = '', message } = error as Error & { stderr?: string };
        return { group, works: false, why: stderr.trim().split('\n')[0] ?? message };
      }
    }),
  );
}

const trial = 'mkdir "$1" && sh -c \'echo 0 >"$1/cgroup.procs"\' belljar "$1"; joined=$?; rmdir "$1" && exit $joined';
