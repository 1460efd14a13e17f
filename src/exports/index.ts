export { readTar, writeTar } from './tar/index.ts';
export { writeRequirements } from './write-requirements.ts';
export { writeSbom } from './write-sbom.ts';
