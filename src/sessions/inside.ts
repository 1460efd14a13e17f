/** Where things are inside; the runner knows the same places by itself. */
export const workspaceFolder = '/workspace';
export const scratchFolder = '/tmp';
export const runnerFolder = '/belljar/runner';

/** Where the names of a session are saved, among the files of its workspace. */
export const statePath = `${workspaceFolder}/.belljar/state`;
