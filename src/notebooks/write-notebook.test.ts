import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { readNotebook } from './read-notebook.ts';
import { writeNotebook } from './write-notebook.ts';

/** As nbformat 5.11 writes it. */
const asJupyterWrites = `{
 "cells": [
  {
   "cell_type": "markdown",
   "id": "title",
   "metadata": {
    "10": 1,
    "9": 2,
    "empty": {},
    "none": []
   },
   "source": [
    "# Größe\\r\\n",
    "two\\u001f\\n",
    "end"
   ]
  },
  {
   "cell_type": "code",
   "execution_count": 1,
   "id": "sum",
   "metadata": {},
   "outputs": [
    {
     "name": "stdout",
     "output_type": "stream",
     "text": [
      "half\\r",
      "whole\\n"
     ]
    },
    {
     "data": {
      "application/vnd.x+json": {
       "big": 12345678901234567890,
       "small": 1e-07,
       "whole": 1.0
      },
      "image/png": "AAAA\\n",
      "image/svg+xml": [
       "<svg>\\n",
       "</svg>"
      ],
      "text/plain": [
       "2"
      ]
     },
     "execution_count": 1,
     "metadata": {},
     "output_type": "execute_result"
    }
   ],
   "source": [
    "1 + 1"
   ]
  },
  {
   "cell_type": "code",
   "execution_count": null,
   "id": "nothing",
   "metadata": {},
   "outputs": [],
   "source": []
  }
 ],
 "metadata": {
  "language_info": {
   "name": "python",
   "version": "3.11.7"
  }
 },
 "nbformat": 4,
 "nbformat_minor": 5
}
`;

describe('writeNotebook()', () => {
  it('writes what Jupyter wrote as Jupyter wrote it, byte by byte', () => {
    assert.equal(writeNotebook(readNotebook(asJupyterWrites)), asJupyterWrites);
  });

  it('raises the minor version to the one that has ids, and never lowers it', () => {
    const write = (minor: number): unknown =>
      (
        JSON.parse(writeNotebook(readNotebook(`{"nbformat":4,"nbformat_minor":${minor},"cells":[]}`))) as Record<
          string,
          unknown
        >
      )['nbformat_minor'];
    assert.deepEqual([0, 4, 5, 6].map(write), [5, 5, 5, 6]);
  });

  it('leaves out what Jupyter keeps in memory only', () => {
    const cell = { cell_type: 'markdown', source: 'x', metadata: { trusted: true, tags: ['a'] } };
    const metadata = { signature: 's', orig_nbformat: 3, title: 't' };
    const text = writeNotebook(
      readNotebook(JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata, cells: [cell] })),
    );
    assert.doesNotMatch(text, /trusted|signature|orig_nbformat/);
    assert.match(text, /"title": "t"/);
  });

  it('orders keys beyond the basic plane as Python does', () => {
    const metadata = { '\u{1f600}': 1, '\uff5e': 2, a: 3, ab: 4 };
    const text = writeNotebook(readNotebook(JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata, cells: [] })));
    assert.ok(text.indexOf('\uff5e') < text.indexOf('\u{1f600}') && text.indexOf('"a"') < text.indexOf('"ab"'));
  });
});
