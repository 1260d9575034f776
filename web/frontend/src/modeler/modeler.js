import "./vendor.css";

import BaseModeler from "camunda-bpmn-js/lib/base/Modeler";
import createAppendGroupsModule from "camunda-bpmn-js/lib/base/features/create-append-groups";
import elementDescriptionsModule from "camunda-bpmn-js/lib/base/features/element-descriptions";
import detailsPopupMenuModule from "camunda-bpmn-js/lib/camunda-cloud/features/popup-menu";
import behaviorsModule from "camunda-bpmn-js-behaviors/lib/camunda-cloud";
import {
  CreateAppendAnythingModule as createAppendAnythingModule,
  CreateAppendElementTemplatesModule as createAppendElementTemplatesModule,
} from "bpmn-js-create-append-anything";
import { CloudElementTemplatesPropertiesProviderModule as elementTemplatesModule } from "bpmn-js-element-templates";
import elementTemplateChooserModule from "@bpmn-io/element-template-chooser";
import colorPickerModule from "bpmn-js-color-picker";
import {
  ZeebePropertiesProviderModule as zeebePropertiesProviderModule,
  ZeebeTooltipProvider,
} from "bpmn-js-properties-panel";
import { ZeebeVariableResolverModule as variableResolverModule } from "@bpmn-io/variable-resolver";
import zeebeModdle from "zeebe-bpmn-moddle/resources/zeebe.json";

/**
 * The Camunda 8 modeler without its linked resources, which belong to Camunda's own platform and would offer
 * what this engine does not have. The element templates it offers are ours: one for each task the engine does itself.
 *
 * @param {Object} options those of bpmn-js
 */
export class Modeler extends BaseModeler {
  constructor(options) {
    super({
      ...options,
      moddleExtensions: { zeebe: zeebeModdle },
      propertiesPanel: { tooltip: ZeebeTooltipProvider, ...options.propertiesPanel },
    });
  }

  getModules(options) {
    return [
      ...super.getModules(options),
      behaviorsModule,
      zeebePropertiesProviderModule,
      elementTemplatesModule,
      elementTemplateChooserModule,
      createAppendAnythingModule,
      createAppendElementTemplatesModule,
      createAppendGroupsModule,
      elementDescriptionsModule,
      detailsPopupMenuModule,
      colorPickerModule,
      variableResolverModule,
    ];
  }
}
