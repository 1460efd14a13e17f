import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { CommandOptions } from './command.ts';
import { parseOptions } from './parse-options.ts';

const options: CommandOptions = {
  policy: { type: 'string' },
  limit: { type: 'string', multiple: true },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
};

function parse(...args: string[]): ReturnType<typeof parseOptions> {
  return parseOptions(args, options, 'run');
}

describe('parseOptions()', () => {
  it('reads options and words, and leaves alone what stands behind --', () => {
    const { values, positionals } = parse('--policy', 'a', 'file', '--limit=b', '--limit', 'c', '-h', '--', '--jsno');
    assert.deepEqual({ ...values }, { policy: 'a', limit: ['b', 'c'], help: true });
    assert.deepEqual(positionals, ['file', '--jsno']);
  });

  it('takes a lone dash and a value behind = for what they are', () => {
    assert.deepEqual([parse('--policy', '-').values['policy'], parse('--policy=-x').values['policy']], ['-', '-x']);
  });

  const refused: readonly [args: string[], message: string, hint: string][] = [
    [['--polcy', 'x'], 'there is no option “--polcy” here', 'Did you mean “--policy”?'],
    [['--jsno'], 'there is no option “--jsno” here', 'Did you mean “--json”?'],
    [['--something-else=1'], 'there is no option “--something-else” here', 'Run belljar run --help.'],
    [['--constructor'], 'there is no option “--constructor” here', 'Run belljar run --help.'],
    [['-x'], 'there is no option “-x” here', 'Run belljar run --help.'],
    [['-hx'], 'there is no option “-x” here', 'Run belljar run --help.'],
    [['--no-json'], 'there is no option “--no-json” here', 'Run belljar run --help.'],
    [['--json=yes'], '--json takes no value', 'Run belljar run --help.'],
    [['--policy'], '--policy wants a value after it', 'Run belljar run --help.'],
    [
      ['--policy', '--json'],
      '--policy wants a value after it, and “--json” looks like an option',
      'Where “--json” is meant as its value, write --policy=--json',
    ],
  ];
  for (const [args, message, hint] of refused) {
    it(`refuses ${args.join(' ')} in its own words`, () => {
      assert.throws(() => parse(...args), { code: 'USAGE', message, hint });
    });
  }
});
