import { type Parameters, parseParameter, parseParametersFile } from '../belljar.ts';
import { type OptionValues, stringOption } from './command.ts';
import { readNamedFile } from './named-file.ts';

/** What --parameters-file says, and --parameters on top of it. */
export async function readParameters(values: OptionValues): Promise<Parameters> {
  const file = stringOption(values, 'parameters-file');
  const fromFile = file === undefined ? [] : parseParametersFile(await readNamedFile(file), file);
  const named = values['parameters'];
  const given = Array.isArray(named) ? named.filter((each) => typeof each === 'string') : [];
  return new Map([...fromFile, ...given.map(parseParameter)]);
}
