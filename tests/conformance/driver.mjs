// Asks functions of the npm CLI that no command line reaches. Arguments: the package's folder, a folder to work in.
// One JSON value a line in, one out. Texts of documents travel as base64: not every document is valid UTF-8.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

const [packageFolder, work] = process.argv.slice(2);
const load = (name) => import(pathToFileURL(path.join(packageFolder, 'dist', name)));
const { buildUpdatedSpec } = await load('core/specs-apply.js');
const { matchLineEnding } = await load('utils/line-endings.js');
const decode = (text) => Buffer.from(text, 'base64');
const encode = (bytes) => Buffer.from(bytes).toString('base64');

const roots = { sourceRoot: path.join(work, 'delta'), targetRoot: path.join(work, 'main') };
const source = path.join(roots.sourceRoot, 'spec.md');
const target = path.join(roots.targetRoot, 'spec.md');
Object.values(roots).forEach((folder) => mkdirSync(folder, { recursive: true }));

async function merge({ delta, spec, capability, change }) {
  writeFileSync(source, decode(delta));
  if (spec === null) rmSync(target, { force: true });
  else writeFileSync(target, decode(spec));
  const update = { id: capability, ...roots, source, target, exists: spec !== null };
  let built;
  try {
    built = await buildUpdatedSpec(update, change, { silent: true });
  } catch (error) {
    return { throws: error.message };
  }
  // What archive does next: a spec that nothing happened to is not written.
  const changed = spec === null || Object.values(built.counts).some(Boolean);
  const before = spec === null ? undefined : readFileSync(target, 'utf-8');
  const after = before === undefined ? built.rebuilt : matchLineEnding(built.rebuilt, before);
  return {
    text: changed ? encode(after) : spec,
    counts: built.counts,
    warnings: built.warnings.length,
    bare: built.noRequirementBlocks,
    unaccounted: built.unaccountedContent,
  };
}

const operations = {
  merge,
  sort: ({ names }) => names.sort((one, other) => one.localeCompare(other)),
};

for await (const line of createInterface({ input: process.stdin })) {
  const question = JSON.parse(line);
  process.stdout.write(JSON.stringify(await operations[question.ask](question)) + '\n');
}
