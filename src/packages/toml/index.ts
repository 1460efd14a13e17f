export { readToml } from './read-toml.ts';
export { plainValue, TomlProblem, type TomlNode, type TomlTable } from './toml-node.ts';
