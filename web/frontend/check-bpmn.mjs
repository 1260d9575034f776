// Print what bpmn-moddle, with the zeebe extension, has to say about files: the reader inside every
// bpmn.io modeler. Usage: node check-bpmn.mjs FILE… ; prints a JSON list of {file, warnings}.
import { BpmnModdle } from "bpmn-moddle";
import { readFile } from "node:fs/promises";
import zeebe from "zeebe-bpmn-moddle/resources/zeebe.json" with { type: "json" };

const moddle = new BpmnModdle({ zeebe });

async function check(file) {
  const xml = await readFile(file, "utf8");
  try {
    const { warnings } = await moddle.fromXML(xml);
    return { file, warnings: warnings.map((warning) => warning.message) };
  } catch (error) {
    return { file, warnings: [error.message] };
  }
}

console.log(JSON.stringify(await Promise.all(process.argv.slice(2).map(check)), null, 1));
