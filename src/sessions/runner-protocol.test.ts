import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';

import { z } from 'zod';

import { replySchemas } from './files/replies.ts';
import { hostFrameSchema, protocolVersion, runnerFrameSchema } from './frame-schemas.ts';

const root = join(import.meta.dirname, '../..');
const page = readFileSync(join(root, 'docs/runner-protocol.md'), 'utf8');
const [, fromHost = '', fromRunner = ''] = page.split(/^## .*$/m);

type Shape = Readonly<Record<string, z.core.$ZodType>>;

interface Row {
  readonly frame: Readonly<Record<string, unknown>>;
  /** What the page says of it. */
  readonly meaning: string;
}

/** The frames that a table shows, with what is left open in them filled with nothing. */
function readRows(section: string): Row[] {
  return [...section.matchAll(/^\| `(\{.*\})` +\| (.*) \|$/gm)].map(([, example = '', meaning = '']) => {
    const filled = example.replaceAll('{…}', '{}').replaceAll('[…]', '[]').replaceAll(':…', ':null');
    return { frame: JSON.parse(filled) as Row['frame'], meaning };
  });
}

/** The shapes of all frames that a schema knows, the one inside another too. */
function shapesOf(schema: z.core.$ZodType): Shape[] {
  if (schema instanceof z.ZodUnion) return schema.options.flatMap(shapesOf);
  assert.ok(schema instanceof z.ZodObject);
  return [schema.shape];
}

/** The words that a field may hold, where it may hold only some. */
function wordsOf(schema: z.core.$ZodType | undefined): string[] {
  if (schema instanceof z.ZodLiteral) return [...schema.values].map(String);
  return schema instanceof z.ZodEnum ? schema.options.map(String) : [];
}

const sides = [
  { side: 'host', schema: hostFrameSchema, section: fromHost },
  { side: 'runner', schema: runnerFrameSchema, section: fromRunner },
] as const;

describe('docs/runner-protocol.md', () => {
  for (const { side, schema, section } of sides) {
    const rows = readRows(section);
    const shapes = shapesOf(schema);

    it(`shows only frames that the ${side} may send`, () => {
      assert.equal(rows.length, section.match(/^\| `/gm)?.length, 'a row cannot be read');
      for (const { frame } of rows) {
        const { success, error } = schema.safeParse(frame);
        assert.ok(success, `${JSON.stringify(frame)}: ${error === undefined ? '' : z.prettifyError(error)}`);
      }
    });

    it(`shows every frame of the ${side}, with every field that it may have`, () => {
      for (const shape of shapes) {
        for (const type of wordsOf(shape['type'])) {
          const ofType = rows.filter(({ frame }) => frame['type'] === type);
          assert.notEqual(ofType.length, 0, `no frame of the type ${type} is shown`);
          for (const field of Object.keys(shape)) {
            const isShown = ofType.some(({ frame, meaning }) => field in frame || meaning.includes(`\`${field}\``));
            assert.ok(isShown || isExplained(section, type, field), `${type} has a field ${field} that is not shown`);
          }
        }
      }
    });

    it(`names every word that a field of the ${side} may hold`, () => {
      for (const shape of shapes) {
        for (const [field, holds] of Object.entries(shape)) {
          for (const word of wordsOf(holds)) {
            const isShown = section.includes(`"${field}":"${word}"`) || section.includes(`\`${word}\``);
            assert.ok(isShown, `${field} may be ${word}`);
          }
        }
      }
    });
  }

  it('names no field, type or word that there is not', () => {
    const known = new Set(['1', ...Object.keys(replySchemas), ...interpreterQuestions()]);
    for (const shape of sides.flatMap(({ schema }) => shapesOf(schema))) {
      for (const [field, holds] of Object.entries(shape))
        for (const word of [field, ...wordsOf(holds)]) known.add(word);
    }
    const named = [...page.matchAll(/`([^`]*)`/g)].map(([, word = '']) => word).filter((word) => !word.startsWith('{'));
    assert.deepEqual(
      named.filter((word) => !known.has(word)),
      [],
    );
  });

  it('names every question that is asked', () => {
    for (const what of [...Object.keys(replySchemas), ...interpreterQuestions()]) {
      assert.ok(page.includes(`\`${what}\``), `${what} is not named`);
    }
  });

  it('is of the version that is spoken', () => {
    assert.match(page, new RegExp(`^# The runner's protocol, version ${protocolVersion}$`, 'm'));
    assert.match(page, new RegExp(`"protocol":${protocolVersion},`));
    assert.match(
      readFileSync(join(root, 'python/belljar_runner/frames.py'), 'utf8'),
      new RegExp(`^PROTOCOL = ${protocolVersion}$`, 'm'),
    );
  });
});

/** “`field` in the `type` …”, somewhere below the table. */
function isExplained(section: string, type: string, field: string): boolean {
  return section.includes(`\`${field}\` in the \`${type}\``) || section.includes(`\`${field}\` in \`${type}\``);
}

/** As the interpreter has them. */
function interpreterQuestions(): string[] {
  const source = readFileSync(join(root, 'python/belljar_runner/belljar_cells/worker.py'), 'utf8');
  return [...source.matchAll(/def on_(\w+)\(/g)].map(([, what = '']) => what);
}
