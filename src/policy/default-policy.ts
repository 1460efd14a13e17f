import { BelljarError } from '../errors.ts';
import { parsePolicy } from './parse-policy.ts';
import type { Policy } from './policy-schema.ts';
import { defaultLimits, defaultMaximum, essentialCapabilities } from './runtime-schema.ts';
import { formatProblem } from '../yaml/index.ts';

/** The policy that holds where no file was written. It is what a file with nothing but its version means. */
export const defaultPolicyText = `# Belljar's built-in policy: what holds where nothing else was written.
version: 1

roles:
  operator:
    allow:
      [view, run, plan, install, approve, export, manage-workspace, manage-plugins, manage-policy, manage-installation, read-record]
  owner:
    allow: [view, run, plan, install, export, manage-workspace, manage-plugins]
  collaborator:
    allow: [view, run, plan, install, export]
  viewer:
    allow: [view]
  anonymous:
    allow: []

packages:
  default: allow # once every fact is known and good
  missing:
    version: ask
    files: deny
    hash: deny
    uploadTime: ask
    size: deny
    licence: ask
    source: ask
    status: deny
    severity: deny
    advisories: ask
    inspection: deny
  sourceDistributions: deny
  prereleases: allow
  lookalikes: ask
  yanked: deny
  status:
    archived: ask
    deprecated: ask
  releaseAge:
    minimum: 7d
    verdict: ask
  licences:
    default: allow
  sources:
    allow: ['*']
  advisories:
    critical: deny
    high: deny
    medium: ask
    low: allow
    maximumAge: 7d
  inspection:
    startupFiles: ask
    nativeCode: allow
  limits:
    verdict: deny
    packages: 500
    downloadBytes: 2GiB
    installedBytes: 6GiB
    buildTime: 10m
  build:
    memory: 2GiB
    cpus: 2
    processes: 128
    cpuTime: 10m
    disk: 1GiB
    files: 500000

runtime:
  limits:
${toLines(defaultLimits)}
  maximum:
${toLines(defaultMaximum)}
  network:
    allow: []
  backends: [process, container]
  required: [] # besides ${essentialCapabilities.join(', ')}

plugins:
  unsigned: deny

waivers: []
`;

export const defaultPolicyName = 'built-in policy';

/** The built-in policy, parsed. */
export function parseDefaultPolicy(): { readonly policy: Policy; readonly hash: string } {
  const reading = parsePolicy(defaultPolicyText, defaultPolicyName);
  if (reading.ok) return reading;
  throw new BelljarError('INTERNAL', reading.problems.map(formatProblem).join('\n'));
}

function toLines(limits: typeof defaultLimits): string {
  return Object.entries(limits)
    .map(([name, amount]) => `    ${name}: ${amount}`)
    .join('\n');
}
