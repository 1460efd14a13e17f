import type { Command } from './command.ts';

interface CommandEntry {
  readonly summary: string;
  /** Loaded when it is called: a start pays for one command only. */
  load(): Promise<Command>;
}

/** All commands by the words that call them, in the order of the help. */
export const commands: Readonly<Record<string, CommandEntry>> = {
  run: {
    summary: 'run a Python file behind glass',
    load: async () => (await import('./run.ts')).runCommand,
  },
  exec: {
    summary: 'run any command behind glass, in a workspace',
    load: async () => (await import('./exec.ts')).execCommand,
  },
  plan: {
    summary: 'resolve and judge packages, and change nothing',
    load: async () => (await import('./plan.ts')).planCommand,
  },
  install: {
    summary: 'declare packages for a workspace, and build them',
    load: async () => (await import('./install.ts')).installCommand,
  },
  uninstall: {
    summary: 'take packages out of what a workspace declares',
    load: async () => (await import('./install.ts')).uninstallCommand,
  },
  upgrade: {
    summary: 'look for newer versions of what a workspace declares',
    load: async () => (await import('./install.ts')).upgradeCommand,
  },
  sync: {
    summary: 'have a workspace declare exactly what a file says',
    load: async () => (await import('./install.ts')).syncCommand,
  },
  'workspace list': {
    summary: 'print the workspaces, what they declare and what their files take',
    load: async () => (await import('./workspace.ts')).workspaceListCommand,
  },
  'workspace show': {
    summary: 'print what a workspace declares',
    load: async () => (await import('./workspace.ts')).workspaceShowCommand,
  },
  'workspace history': {
    summary: 'print every state of what a workspace declared',
    load: async () => (await import('./workspace.ts')).workspaceHistoryCommand,
  },
  'workspace rollback': {
    summary: 'go back to what a workspace declared before',
    load: async () => (await import('./workspace-rollback.ts')).workspaceRollbackCommand,
  },
  'workspace put': {
    summary: 'copy files and folders of this machine into a workspace',
    load: async () => (await import('./workspace-files.ts')).workspacePutCommand,
  },
  'workspace get': {
    summary: 'copy files and folders of a workspace to this machine',
    load: async () => (await import('./workspace-files.ts')).workspaceGetCommand,
  },
  'workspace export': {
    summary: 'write a workspace as an archive that can be imported elsewhere',
    load: async () => (await import('./workspace-export.ts')).workspaceExportCommand,
  },
  'workspace import': {
    summary: 'make a workspace of what was exported elsewhere',
    load: async () => (await import('./workspace-import.ts')).workspaceImportCommand,
  },
  'workspace remove': {
    summary: 'forget what a workspace declared, or remove it with its files',
    load: async () => (await import('./workspace-remove.ts')).workspaceRemoveCommand,
  },
  'approvals list': {
    summary: 'print what approvers are asked, and what they answered',
    load: async () => (await import('./approvals-list.ts')).approvalsListCommand,
  },
  'approvals approve': {
    summary: 'say yes to a plan that the policy asks about',
    load: async () => (await import('./approvals-answer.ts')).approvalsApproveCommand,
  },
  'approvals reject': {
    summary: 'say no to a plan that the policy asks about',
    load: async () => (await import('./approvals-answer.ts')).approvalsRejectCommand,
  },
  'approvals revoke': {
    summary: 'take back a yes that was said to a plan',
    load: async () => (await import('./approvals-answer.ts')).approvalsRevokeCommand,
  },
  'policy check': {
    summary: 'say whether the policy is valid, with line and column where it is not',
    load: async () => (await import('./policy-check.ts')).policyCheckCommand,
  },
  'policy explain': {
    summary: 'say what the policy decides on packages, and why',
    load: async () => (await import('./policy-explain.ts')).policyExplainCommand,
  },
  'policy diff': {
    summary: 'say what another policy would have decided on past plans',
    load: async () => (await import('./policy-diff.ts')).policyDiffCommand,
  },
  'policy test': {
    summary: 'run the cases of the policy’s tests section',
    load: async () => (await import('./policy-test.ts')).policyTestCommand,
  },
  'audit tail': {
    summary: 'print the newest entries of the record',
    load: async () => (await import('./audit-tail.ts')).auditTailCommand,
  },
  'audit verify': {
    summary: 'check the whole record, or an exported one, entry by entry',
    load: async () => (await import('./audit-verify.ts')).auditVerifyCommand,
  },
  'audit export': {
    summary: 'write the record as JSON lines',
    load: async () => (await import('./audit-export.ts')).auditExportCommand,
  },
  'audit checkpoint': {
    summary: 'sign the record’s head, to be kept somewhere else',
    load: async () => (await import('./audit-checkpoint.ts')).auditCheckpointCommand,
  },
  'advisories import': {
    summary: 'take a dump of advisories in the OSV format',
    load: async () => (await import('./advisories-import.ts')).advisoriesImportCommand,
  },
  'advisories update': {
    summary: 'fetch the advisories from the configured source',
    load: async () => (await import('./advisories-update.ts')).advisoriesUpdateCommand,
  },
  'advisories status': {
    summary: 'say which advisories packages are judged by, and how old they are',
    load: async () => (await import('./advisories-status.ts')).advisoriesStatusCommand,
  },
  'env list': {
    summary: 'print the environments, what they take and who uses them',
    load: async () => (await import('./env-list.ts')).envListCommand,
  },
  'env show': {
    summary: 'print what an environment is made of',
    load: async () => (await import('./env-show.ts')).envShowCommand,
  },
  'env verify': {
    summary: 'read every file of environments, and say which are not whole',
    load: async () => (await import('./env-verify.ts')).envVerifyCommand,
  },
  'env gc': {
    summary: 'make room: remove what was not used longest',
    load: async () => (await import('./env-gc.ts')).envGcCommand,
  },
  'env pin': {
    summary: 'keep an environment whatever room is wanted',
    load: async () => (await import('./env-pin.ts')).envPinCommand,
  },
  'env unpin': {
    summary: 'let an environment go again when room is wanted',
    load: async () => (await import('./env-pin.ts')).envUnpinCommand,
  },
  'env export': {
    summary: 'write an environment as pylock.toml, requirements or a bill of materials',
    load: async () => (await import('./env-export.ts')).envExportCommand,
  },
  'env python': {
    summary: 'print the path of a program that runs a workspace’s Python behind glass',
    load: async () => (await import('./env-python.ts')).envPythonCommand,
  },
  'env pythons': {
    summary: 'print the Pythons of this machine that environments can be made with',
    load: async () => (await import('./env-pythons.ts')).envPythonsCommand,
  },
  'jupyter install': {
    summary: 'register a kernel for Jupyter that runs behind glass',
    load: async () => (await import('./jupyter.ts')).jupyterInstallCommand,
  },
  'jupyter list': {
    summary: 'print the kernels that are registered',
    load: async () => (await import('./jupyter.ts')).jupyterListCommand,
  },
  'jupyter remove': {
    summary: 'take a registered kernel away',
    load: async () => (await import('./jupyter.ts')).jupyterRemoveCommand,
  },
  'jupyter kernel': {
    summary: 'run a kernel for the client that wrote a connection file (what Jupyter calls)',
    load: async () => (await import('./jupyter-kernel.ts')).jupyterKernelCommand,
  },
  gate: {
    summary: 'serve the package index, filtered by the policy, to pip, uv and poetry',
    load: async () => (await import('./gate.ts')).gateCommand,
  },
  'gate refusals': {
    summary: 'print what the gate refused, and why',
    load: async () => (await import('./gate-refusals.ts')).gateRefusalsCommand,
  },
  'gate token': {
    summary: 'give a client of the gate a token, list or revoke them',
    load: async () => (await import('./gate-token.ts')).gateTokenCommand,
  },
  doctor: {
    summary: 'say what this machine can enforce',
    load: async () => (await import('./doctor.ts')).doctorCommand,
  },
  setup: {
    summary: 'as root: let an ordinary user limit memory, processes and CPU',
    load: async () => (await import('./setup.ts')).setupCommand,
  },
};
