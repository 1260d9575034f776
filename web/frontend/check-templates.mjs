// Print what the validator inside Camunda's modelers has to say about files of element templates.
// Usage: node check-templates.mjs FILE… ; prints a JSON list of {file, template, errors}.
import { validateAllZeebe } from "@bpmn-io/element-templates-validator";
import { readFile } from "node:fs/promises";

async function check(file) {
  const { results } = validateAllZeebe(JSON.parse(await readFile(file, "utf8")));
  return results.map(({ valid, object, errors }) => ({
    file,
    template: object.id,
    errors: valid ? [] : errors.map((error) => error.message),
  }));
}

console.log(JSON.stringify((await Promise.all(process.argv.slice(2).map(check))).flat(), null, 1));
