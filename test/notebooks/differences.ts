import type { Aspect } from './compare.ts';

/** What of a notebook is meant to look otherwise behind glass than in Jupyter, and why. */
export interface Difference {
  /** Archive and path; * stands for anything. */
  readonly notebook: string;
  /** Among all cells, from 0; all of them, where left out. */
  readonly cells?: readonly number[];
  readonly aspects: readonly Aspect[];
  readonly reason: string;
  /** For what differs from run to run, in Jupyter too. */
  readonly varies?: true;
}

const noKernel = 'it speaks to the kernel and the shell of IPython themselves, which are not there';
const noPictures = 'sympy draws formulas as pictures for IPython alone; here it gives LaTeX and text';
const ownMagic = 'what magics without a meaning here say is said in our own words, and as an error';
const byChance = 'it prints random numbers or the time of day';

export const differences: readonly Difference[] = [
  { notebook: 'nbclient/*/Check History in Memory.ipynb', cells: [1], aspects: ['error'], reason: noKernel },
  {
    notebook: 'nbclient/*/update-display-id.ipynb',
    aspects: ['text', 'error'],
    reason: noKernel,
  },
  {
    notebook: 'nbclient/*/Disable Stdin.ipynb',
    cells: [0],
    aspects: ['error'],
    reason: 'input() that nobody answers is the end of the input for the code, as it is for a script',
  },
  {
    notebook: 'nbclient/*/Inline Image.ipynb',
    cells: [1],
    aspects: ['error'],
    reason: 'a value that fails to draw itself is shown without that picture, and its cell goes on',
  },
  {
    notebook: 'nbconvert/*/exporters/files/notebook2.ipynb',
    cells: [2, 10],
    aspects: ['stdout', 'text', 'images', 'error'],
    reason: '%pylab, deprecated in IPython, is not there, and what it would have imported is missing later',
  },
  {
    notebook: 'nbconvert/tests/files/notebook2.ipynb',
    cells: [2],
    aspects: ['stdout', 'error'],
    reason: 'matplotlib chooses its backend when the first figure is made, not when a magic is read',
  },
  { notebook: 'nbconvert/tests/files/notebook2.ipynb', cells: [13], aspects: ['text'], reason: byChance, varies: true },
  { notebook: 'nbconvert/tests/files/notebook1.ipynb', aspects: ['text', 'images'], reason: noPictures },
  { notebook: 'nbval/tests/latex-example.ipynb', aspects: ['text', 'images'], reason: noPictures },
  { notebook: 'nbconvert/*/pngmetadata.ipynb', cells: [0], aspects: ['stderr'], reason: ownMagic },
  { notebook: 'nbconvert/*/svg.ipynb', cells: [0], aspects: ['stderr'], reason: ownMagic },
  { notebook: 'nbsphinx/doc/code-cells.ipynb', cells: [38, 41, 44], aspects: ['stderr', 'error'], reason: ownMagic },
  { notebook: 'emcee/docs/tutorials/*', cells: [1], aspects: ['stderr'], reason: ownMagic },
  { notebook: 'papermill/*/line_magic_error.ipynb', cells: [0], aspects: ['stderr', 'error'], reason: ownMagic },
  { notebook: 'jupytext/*/Notebook with html*.ipynb', cells: [2, 3], aspects: ['stderr', 'error'], reason: ownMagic },
  {
    notebook: 'nbformat/tests/test4*.ipynb',
    cells: [6],
    aspects: ['text'],
    reason: 'what a cell of HTML or JavaScript shows is no object of IPython that could name itself',
  },
  {
    notebook: 'nbsphinx/doc/code-cells.ipynb',
    cells: [30, 68],
    aspects: ['text'],
    reason: 'what a cell of LaTeX or JavaScript shows is no object of IPython that could name itself',
  },
  {
    notebook: 'jupytext/*/Notebook with html*.ipynb',
    cells: [0, 1],
    aspects: ['text'],
    reason: 'what a cell of HTML or LaTeX shows is no object of IPython that could name itself',
  },
  { notebook: 'nbsphinx/doc/code-cells.ipynb', cells: [48], aspects: ['text'], reason: byChance, varies: true },
  {
    notebook: 'nbval/docs/source/index.ipynb',
    cells: [17, 19, 21, 24, 28],
    aspects: ['stdout'],
    reason: byChance,
    varies: true,
  },
  {
    notebook: 'nbval/docs/source/index.ipynb',
    cells: [6],
    aspects: ['stdout'],
    reason: '%%writefile says so in our own words',
  },
  { notebook: 'nbval/tests/exceptions.ipynb', cells: [2], aspects: ['stdout'], reason: byChance, varies: true },
  { notebook: 'nbval/tests/sample_notebook.ipynb', aspects: ['text'], reason: byChance, varies: true },
  {
    notebook: 'papermill/*/sys*exit*.ipynb',
    cells: [1],
    aspects: ['stderr'],
    reason: 'that the session is still there after an exit is said in our own words',
  },
  {
    notebook: 'jupytext/*/sphinx_to_ipynb/plot_notebook.ipynb',
    cells: [6],
    aspects: ['text'],
    reason: 'a figure without axes has nothing to show, and is not shown',
  },
];
