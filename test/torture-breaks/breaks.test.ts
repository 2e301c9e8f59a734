import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { projectRoot } from '../../local/project-root.js';
import { BREAKS } from '../../torture/breaks/catalogue.js';
import { patched, patchedFiles } from '../../torture/breaks/patched-dist.js';
import { breaksOf, proveBreak } from '../../torture/breaks/prove.js';

const dist = join(projectRoot(), 'dist');

describe('the breaks that the torture run must catch', () => {
  it('covers every invariant', () => {
    const invariants = Array.from({ length: 11 }, (_, at) => `I${at + 1}`);
    expect([...new Set(BREAKS.map(({ invariant }) => invariant))]).toEqual(invariants);
  });

  it('tells breaks apart by their names', () => {
    expect(new Set(BREAKS.map(({ name }) => name)).size).toBe(BREAKS.length);
  });

  it('are listed in docs/reliability.md, by invariant', () => {
    const page = readFileSync(join(projectRoot(), 'docs/reliability.md'), 'utf8');
    const listed = [...page.matchAll(/^\| (I\d+) +\| `([a-z0-9-]+)` /gm)].map(
      ([, of, name]) => `${of} ${name}`,
    );
    expect(listed.sort()).toEqual(BREAKS.map(({ invariant, name }) => `${invariant} ${name}`).sort());
  });

  it.each(BREAKS.map(({ name, patches }) => ({ name, patches })))(
    'fits the product as it is built: $name',
    ({ patches }) => {
      for (const [file, text] of patchedFiles(dist, patches)) expect(text, file).not.toBe('');
    },
  );

  it('refuses a patch whose text is gone, or there twice', () => {
    const patch = { file: 'some.js', text: 'commit();', becomes: '' };
    expect(patched('begin(); commit();', patch)).toBe('begin(); ');
    expect(() => patched('begin();', patch)).toThrow('occurs 0 times');
    expect(() => patched('commit(); commit();', patch)).toThrow('occurs 2 times');
  });

  it('chooses by invariant or by name', () => {
    expect(breaksOf('i2').map(({ invariant }) => invariant)).toEqual(['I2']);
    expect(breaksOf('page-cap').map(({ name }) => name)).toEqual(['page-cap']);
    expect(breaksOf(null)).toBe(BREAKS);
    expect(() => breaksOf('I12')).toThrow('no invariant and no break');
  });

  it('catches a cursor that is stored page by page', async () => {
    const [broken] = breaksOf('cursor-per-page');
    if (broken === undefined) throw new Error('the break is gone');
    const proof = await proveBreak(broken, {
      dist,
      seed: 1,
      keep: false,
      verbose: false,
      say: () => undefined,
    });
    expect(proof).toMatchObject({ passed: true, found: { invariant: 'I1' } });
  });
});
