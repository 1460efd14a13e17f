import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { isProjectName, normalizeName } from '../../policy/index.ts';
import { famousProjects, knownImports, suggestName } from './index.ts';

function suggestions(table: Readonly<Record<string, string>>, exists: boolean): void {
  for (const [name, expected] of Object.entries(table)) {
    assert.equal(suggestName(name, { exists })?.suggestion, expected, name);
  }
}

describe('suggestName()', () => {
  it('finds what a name that exists is easily taken for', () => {
    suggestions(
      {
        reqeusts: 'requests',
        reqests: 'requests',
        rrequests: 'requests',
        equests: 'requests',
        requestss: 'requests',
        nurnpy: 'numpy',
        'num-py': 'numpy',
        'matplot-lib': 'matplotlib',
        scikitlearn: 'scikit-learn',
        'python-dateutils': 'python-dateutil',
        python3_dateutil: 'python-dateutil',
        'python-requests': 'requests',
        'pandas-python': 'pandas',
        f1ask: 'flask',
        flaskk: 'flask',
        crypt0graphy: 'cryptography',
        djang0: 'django',
        djnago: 'django',
        colourama: 'colorama',
        urlib3: 'urllib3',
        'beautifulsoup-4': 'beautifulsoup4',
        pilow: 'pillow',
        pyyam1: 'pyyaml',
        sklearn: 'scikit-learn',
        jwt: 'pyjwt',
        yaml: 'pyyaml',
        dotenv: 'python-dotenv',
        bs4: 'beautifulsoup4',
      },
      true,
    );
  });

  it('finds more for a name that no index has', () => {
    suggestions(
      { matplotlab2: 'matplotlib', tensorlfwo: 'tensorflow', cv2: 'opencv-python', dateutil: 'python-dateutil' },
      false,
    );
    assert.equal(suggestName('tensorlfwo', { exists: true }), undefined);
  });

  it('says what speaks for it', () => {
    const why = (name: string): string => suggestName(name)?.why ?? '';
    assert.match(why('num-py'), /hyphens/);
    assert.match(why('nurnpy'), /look like/);
    assert.match(why('flaskk'), /doubled/);
    assert.match(why('equests'), /first letter/);
    assert.match(why('python-requests'), /python/);
    assert.match(why('reqests'), /one letter/);
    assert.match(why('yaml'), /“yaml” is what it is imported as/);
  });

  it('has nothing to say of famous names, in any spelling', () => {
    for (const name of [...famousProjects, 'PyYAML', 'Pillow', 'zope.interface', 'ruamel_yaml']) {
      assert.equal(suggestName(name), undefined, name);
    }
  });

  it('has nothing to say of names of their own', () => {
    for (const name of ['acme-billing', 'zarquon', 'pyacme', 'xy', 'jaxtyping', 'my-flask-app', 'data-loader', 'q']) {
      assert.equal(suggestName(name, { exists: true }), undefined, name);
    }
  });

  it('trusts and suggests the names that it is told', () => {
    assert.equal(suggestName('acme-cor', { known: ['Acme.Core'] })?.suggestion, 'acme-core');
    assert.equal(suggestName('ACME_CORE', { known: ['Acme.Core'] }), undefined);
    assert.equal(suggestName('reqests', { known: ['reqests'] }), undefined);
    assert.equal(suggestName('acme-cor'), undefined);
  });
});

describe('the tables of names', () => {
  it('hold hundreds of projects, each as PEP 503 spells it', () => {
    assert.ok(famousProjects.size > 500);
    for (const name of famousProjects) assert.ok(isProjectName(name) && normalizeName(name) === name, name);
    assert.ok(knownImports.size > 100);
  });
});
