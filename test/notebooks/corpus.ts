/** Source archives on the Python index that bring notebooks nobody here wrote, and which of these are run. */
export interface Archive {
  readonly requirement: string;
  /** Globs within the archive, below its own folder. */
  readonly notebooks: readonly string[];
}

/** Left out are those that download data, want another language, or only show the pictures of another. */
export const archives: readonly Archive[] = [
  {
    requirement: 'nbclient==0.11.0',
    notebooks: [
      'tests/files/{Clear Output,Disable Stdin,Empty Cell,Error,Factorials,HelloWorld,Inline Image}.ipynb',
      'tests/files/{SVG,Skip Exceptions,Skip Exceptions with Cell Tags,Skip Execution with Cell Tag}.ipynb',
      'tests/files/{Unicode,UnicodePy3,update-display-id,Check History in Memory}.ipynb',
    ],
  },
  {
    requirement: 'nbconvert==7.17.2',
    notebooks: [
      'tests/exporters/files/{notebook2,pngmetadata,prompt_numbers,rst_output,svg}.ipynb',
      'tests/files/{markdown_display_priority,notebook1,notebook2,notebook3_with_errors}.ipynb',
    ],
  },
  { requirement: 'nbformat==5.11.1', notebooks: ['tests/{test4,test4.5,many_tracebacks,v4_5_no_cell_id}.ipynb'] },
  {
    requirement: 'nbsphinx==0.9.8',
    notebooks: [
      'doc/{allow-errors,allow-errors-per-cell,code-cells,custom-css,hidden-cells}.ipynb',
      'doc/gallery/{cell-metadata,cell-tag,default-thumbnail,multiple-outputs}.ipynb',
    ],
  },
  {
    requirement: 'nbval==0.11.0',
    notebooks: ['docs/source/index.ipynb', 'tests/{exceptions,latex-example,sample_notebook,test_coalesce}.ipynb'],
  },
  {
    requirement: 'papermill==2.7.0',
    notebooks: [
      'papermill/tests/notebooks/{broken1,broken2,complex_parameters,line_magic_error,simple_execute}.ipynb',
      'papermill/tests/notebooks/{sysexit,sysexit0,sysexit1,systemexit}.ipynb',
    ],
  },
  {
    requirement: 'jupytext==1.19.6',
    notebooks: [
      'tests/data/notebooks/inputs/ipynb_py/{cat_variable,frozen_cell,jupyter,nteract_with_parameter}.ipynb',
      'tests/data/notebooks/inputs/ipynb_py/{Notebook with html and latex cells,text_outputs_and_images}.ipynb',
      'tests/data/notebooks/outputs/sphinx_to_ipynb/plot_notebook.ipynb',
    ],
  },
  {
    requirement: 'seaborn==0.13.2',
    notebooks: [
      'doc/_docstrings/{axes_style,color_palette,cubehelix_palette,light_palette,mpl_palette,set_style}.ipynb',
      'doc/_docstrings/{objects.Plot.config,objects.Plot.layout,plotting_context}.ipynb',
      'doc/_tutorial/{aesthetics,error_bars}.ipynb',
    ],
  },
  { requirement: 'emcee==3.1.6', notebooks: ['docs/tutorials/{quickstart,moves}.ipynb'] },
  { requirement: 'xarray==2026.9.0', notebooks: ['doc/examples/{blank_template,weather-data}.ipynb'] },
];

/** What both sides import; Jupyter itself comes with it. */
export const packages = [
  'nbconvert==7.17.2',
  'ipykernel==7.4.0',
  'numpy==2.4.6',
  'pandas==3.1.1',
  'matplotlib==3.11.2',
  ...['scipy', 'seaborn==0.13.2', 'sympy', 'emcee==3.1.6', 'xarray==2026.9.0', 'ipywidgets'],
];
