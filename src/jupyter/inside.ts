import { environmentPath } from '../environments/inside.ts';
import { type ChannelName, channelNames, type Connection } from './connection-file.ts';

/** Where the kernel's sockets are, in a folder of its own; ZeroMQ adds the number of the port. */
const folder = '/tmp/belljar-kernel';
const prefix = `${folder}/channel`;

/** Where the kernel listens for a channel. */
export function socketInside(channel: ChannelName): string {
  return `${prefix}-${portOf(channel)}`;
}

/** The connection file that the kernel reads: the client's key, and sockets in the place of ports. */
export function connectionInside({ key, signatureScheme, kernelName }: Connection): string {
  const ports = channelNames.map((name) => [`${name}_port`, portOf(name)] as const);
  return JSON.stringify({
    ...Object.fromEntries(ports),
    transport: 'ipc',
    ip: prefix,
    key,
    signature_scheme: signatureScheme,
    kernel_name: kernelName,
  });
}

/**
 * Takes the connection file from standard input, so that its key stands in no list of processes and on no record, and
 * becomes ipykernel as Jupyter starts it. It names what is missing where ipykernel is.
 */
const start = `
import importlib.util, os, sys
folder, missing = sys.argv[1:]
if importlib.util.find_spec('ipykernel_launcher') is None:
    sys.exit(missing)
os.mkdir(folder, 0o700)
path = os.path.join(folder, 'connection.json')
with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), 'w', encoding='utf-8') as file:
    file.write(sys.stdin.read())
python = sys.executable
os.execv(python, [python, '-Xfrozen_modules=off', '-m', 'ipykernel_launcher', '-f', path])
`;

/** The program that becomes the kernel; `missing` is what it says where the environment has none. */
export function kernelArguments(missing: string): [string, ...string[]] {
  return [`${environmentPath}/bin/python`, '-I', '-c', start.trim(), folder, missing];
}

/** What the kernel gets of the client's environment. */
const passedOn = ['MPLBACKEND', 'TZ', 'COLUMNS', 'LINES', 'PYDEVD_DISABLE_FILE_VALIDATION'];

/**
 * IPython keeps its history with the kernel, not among the files of the workspace. Its parent is process 1, which it need not
 * watch: told so, it does not explain how to end a kernel that has no client.
 */
export function kernelEnvironment(env: NodeJS.ProcessEnv): Record<string, string> {
  const passed = passedOn.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]] as const]));
  return { ...Object.fromEntries(passed), IPYTHONDIR: '/tmp/ipython', JPY_PARENT_PID: '1', JUPYTER_PLATFORM_DIRS: '1' };
}

function portOf(channel: ChannelName): number {
  return channelNames.indexOf(channel) + 1;
}
