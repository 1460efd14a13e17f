import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { PageContent } from './page-content.ts';
import { parsePage } from './parse-page.ts';
import type { ProjectFile } from './project-page.ts';

const base = new URL('https://index.test/simple/some-name/');
const sha256 = 'ab'.repeat(32);

function parse(text: string, name = 'some-name'): PageContent {
  return parsePage(Buffer.from(text), name, base);
}

function json(files: unknown, more: Record<string, unknown> = {}): PageContent {
  return parse(JSON.stringify({ meta: { 'api-version': '1.1' }, name: 'some-name', files, ...more }));
}

function link(attributes: string, filename = 'some_name-1.0.tar.gz'): ProjectFile | undefined {
  return parse(`<!DOCTYPE html><html><body><a ${attributes}>${filename}</a></body></html>`).files[0];
}

const file = { filename: 'some_name-1.0.tar.gz', url: 'https://files.test/some_name-1.0.tar.gz', hashes: { sha256 } };

describe('parsePage() of JSON', () => {
  it('reads what PEP 691, 700, 714 and 792 say', () => {
    const page = json(
      [
        {
          ...file,
          hashes: { sha256: sha256.toUpperCase(), md5: 'x' },
          size: 12,
          'upload-time': '2024-01-02T03:04:05.123456Z',
          'requires-python': '>=3.8',
          yanked: 'broken',
          'core-metadata': { sha256 },
          'data-dist-info-metadata': false,
          'gpg-sig': true,
        },
      ],
      { 'project-status': { status: 'quarantined', reason: 'malware' } },
    );
    assert.equal(page.status, 'quarantined');
    assert.equal(page.statusReason, 'malware');
    assert.deepEqual(page.files, [
      {
        filename: 'some_name-1.0.tar.gz',
        url: 'https://files.test/some_name-1.0.tar.gz',
        sha256,
        sizeBytes: 12,
        uploadTime: '2024-01-02T03:04:05.123456Z',
        requiresPython: '>=3.8',
        yanked: true,
        yankedReason: 'broken',
        coreMetadata: { sha256 },
      },
    ]);
  });

  it('leaves out what is nonsense, and never guesses', () => {
    const [read] = json([
      {
        ...file,
        hashes: { sha256: 'short' },
        size: -1,
        'upload-time': 'yesterday',
        'requires-python': 3,
        'core-metadata': { sha256: 'short' },
      },
    ]).files;
    assert.deepEqual(
      Object.entries(read ?? {}).filter(([, value]) => value !== undefined),
      [
        ['filename', file.filename],
        ['url', file.url],
        ['yanked', false],
        ['coreMetadata', { sha256: undefined }],
      ],
    );
    for (const size of [1.5, '12', 2 ** 60, null])
      assert.equal(json([{ ...file, size }]).files[0]?.sizeBytes, undefined);
  });

  it('tells the marks of metadata apart', () => {
    const marks: [Record<string, unknown>, ProjectFile['coreMetadata']][] = [
      [{}, 'unknown'],
      [{ 'core-metadata': false }, 'none'],
      [{ 'core-metadata': true }, { sha256: undefined }],
      [{ 'dist-info-metadata': { sha256 } }, { sha256 }],
      [{ 'data-dist-info-metadata': { sha256 } }, { sha256 }],
    ];
    for (const [mark, expected] of marks)
      assert.deepEqual(json([{ ...file, ...mark }]).files[0]?.coreMetadata, expected);
  });

  it('reads the status in both places, and takes the graver one', () => {
    assert.equal(json([]).status, 'active');
    const meta = { 'api-version': '1.4', 'project-status': 'quarantined', 'project-status-reason': 'bad' };
    const both = json([], { meta, 'project-status': { status: 'archived', reason: 'old' } });
    assert.deepEqual([both.status, both.statusReason], ['quarantined', 'bad']);
    const unknown = json([], { 'project-status': { status: 'on-fire' } });
    assert.deepEqual([unknown.status, unknown.statusReason], ['deprecated', 'the index says “on-fire”']);
  });

  it('takes files of this project alone, under names that are safe', () => {
    const strangers = [
      'other-1.0.tar.gz',
      'some_name_more-1.0-py3-none-any.whl',
      '../some_name-1.0.tar.gz',
      'some_name-1.0/../x.tar.gz',
      '/some_name-1.0.tar.gz',
      'some_name-1.0\n.tar.gz',
      '-some_name-1.0.tar.gz',
      `some_name-${'1'.repeat(300)}.tar.gz`,
      'some_name',
      7,
      undefined,
    ];
    const page = json([...strangers.map((filename) => ({ ...file, filename })), { ...file, url: 3 }, null, 'x']);
    assert.deepEqual(page.files, []);
    assert.equal(page.strangers, strangers.length + 3);
    for (const filename of [
      'some_name-1.0.tar.gz',
      'Some.Name-1.0-py3-none-any.whl',
      'some-name-1.0.zip',
      'some_name-1!2.0+local.tar.gz',
    ]) {
      assert.equal(json([{ ...file, filename }]).files.length, 1, filename);
    }
  });

  it('takes a name that stands there twice only where both are the same', () => {
    assert.equal(json([file, file]).files.length, 1);
    assert.equal(json([file, { ...file, hashes: { sha256: 'cd'.repeat(32) } }]).files.length, 0);
    assert.equal(json([file, { ...file, hashes: {} }]).files.length, 0);
    assert.equal(json([file, { ...file, hashes: {} }, file]).files.length, 0);
  });

  it('takes addresses of the web alone, and no credentials in them', () => {
    const urlOf = (url: string): string | undefined => json([{ ...file, url }]).files[0]?.url;
    assert.equal(urlOf('/files/a.tar.gz'), 'https://index.test/files/a.tar.gz');
    assert.equal(urlOf('../../files/a.tar.gz'), 'https://index.test/files/a.tar.gz');
    assert.equal(urlOf('https://me:secret@files.test/a.tar.gz#sha256=x'), 'https://files.test/a.tar.gz');
    assert.equal(urlOf('https://files.test/x/../a.tar.gz'), 'https://files.test/a.tar.gz');
    for (const url of ['file:///etc/passwd', 'javascript:1', 'ftp://a/b', 'http://', 'https://a b/'])
      assert.equal(urlOf(url), undefined, url);
  });

  it('takes times in other forms as what they are', () => {
    const timeOf = (time: string): string | undefined => json([{ ...file, 'upload-time': time }]).files[0]?.uploadTime;
    assert.equal(timeOf('2024-01-02T03:04:05Z'), '2024-01-02T03:04:05Z');
    assert.equal(timeOf('2024-01-02T03:04:05+02:00'), '2024-01-02T01:04:05.000Z');
    for (const time of ['2024-13-45T00:00:00Z', '2024-01-02', '2024-01-02T03:04:05', '1'])
      assert.equal(timeOf(time), undefined, time);
  });
});

describe('parsePage() of HTML', () => {
  it('reads what PEP 503, 592, 658, 714 and 792 say, in whichever spelling HTML allows', () => {
    assert.deepEqual(
      link(
        `HREF='https://files.test/some_name-1.0.tar.gz#egg=x&sha256=${sha256}' data-requires-python="&gt;=3.8,&#60;4" data-yanked data-dist-info-metadata=true data-upload-time="2024-01-02T03:04:05Z"`,
      ),
      {
        filename: 'some_name-1.0.tar.gz',
        url: 'https://files.test/some_name-1.0.tar.gz',
        sha256,
        sizeBytes: undefined,
        uploadTime: '2024-01-02T03:04:05Z',
        requiresPython: '>=3.8,<4',
        yanked: true,
        yankedReason: undefined,
        coreMetadata: { sha256: undefined },
      },
    );
    assert.deepEqual(link(`href="some_name-1.0.tar.gz" data-core-metadata="sha256=${sha256}"`)?.coreMetadata, {
      sha256,
    });
    assert.equal(link('href="some_name-1.0.tar.gz" data-core-metadata="false"')?.coreMetadata, 'none');
    assert.equal(link('href="some_name-1.0.tar.gz"')?.coreMetadata, 'unknown');
    assert.equal(link('href="some_name-1.0%2Blocal.tar.gz?x=1"')?.filename, 'some_name-1.0+local.tar.gz');
  });

  it('reads the status and the base of the page', () => {
    const page = parse(
      '<html><head><base href="/other/"><meta content="archived" name="pypi:project-status"><meta name="pypi:project-status-reason" content="a &quot;b&quot;"></head><a href="some_name-1.0.tar.gz">x</a>',
    );
    assert.deepEqual([page.status, page.statusReason], ['archived', 'a "b"']);
    assert.equal(page.files[0]?.url, 'https://index.test/other/some_name-1.0.tar.gz');
  });

  it('passes over comments, scripts and what only looks like a tag', () => {
    const html = `<title><a href="some_name-1.tar.gz"></title><!-- <a href="some_name-2.tar.gz"> --><script>"<a href='some_name-3.tar.gz'>"</script>
      a < b <a name="x>y" href="some_name-4.tar.gz">4</a><A\nHref = some_name-5.tar.gz>5</A><abbr href="some_name-6.tar.gz">`;
    assert.deepEqual(
      parse(html).files.map(({ filename }) => filename),
      ['some_name-4.tar.gz', 'some_name-5.tar.gz'],
    );
  });

  it('takes a page without any link, and refuses one whose links lead elsewhere', () => {
    assert.deepEqual(parse('<!DOCTYPE html><html><body></body></html>').files, []);
    assert.throws(() => parse('<html><a href="/login">Log in</a></html>'), /no link in it is a file/);
    assert.throws(() => parse('<meta name="pypi:repository-version" content="2.0">'), /version of the index protocol/);
  });

  it('ends with what never ends, soon', () => {
    for (const text of [
      '<a href="',
      '<!-- ',
      '<a '.repeat(20_000),
      `<a ${'"'.repeat(20_001)}`,
      `<${'a'.repeat(100_000)}`,
      '<script>',
    ]) {
      try {
        parse(text);
      } catch (error) {
        assert.match(String(error), /no link in it/);
      }
    }
  });
});

describe('parsePage()', () => {
  it('believes the content', () => {
    assert.equal(parse(`\ufeff \n{"files": [${JSON.stringify(file)}]}`).files.length, 1);
    for (const text of ['', '   ', 'hello', '[]', '"x"', '\u0000'])
      assert.throws(() => parse(text), /neither JSON nor HTML/);
    assert.throws(() => parse('{"files": [}'), /cut off or no JSON/);
  });
});
