export { formatPath, type SchemaProblem } from './issues.ts';
export { type FileProblem, formatProblem, readYamlAs, type YamlAs } from './read-yaml-as.ts';
export { maxYamlBytes, type Path } from './yaml-document.ts';
