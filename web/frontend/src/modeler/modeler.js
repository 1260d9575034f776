import "./vendor.css";

import BaseModeler from "camunda-bpmn-js/lib/base/Modeler";
import createAppendGroupsModule from "camunda-bpmn-js/lib/base/features/create-append-groups";
import elementDescriptionsModule from "camunda-bpmn-js/lib/base/features/element-descriptions";
import detailsPopupMenuModule from "camunda-bpmn-js/lib/camunda-cloud/features/popup-menu";
import behaviorsModule from "camunda-bpmn-js-behaviors/lib/camunda-cloud";
import { CreateAppendAnythingModule as createAppendAnythingModule } from "bpmn-js-create-append-anything";
import colorPickerModule from "bpmn-js-color-picker";
import {
  ZeebePropertiesProviderModule as zeebePropertiesProviderModule,
  ZeebeTooltipProvider,
} from "bpmn-js-properties-panel";
import { ZeebeVariableResolverModule as variableResolverModule } from "@bpmn-io/variable-resolver";
import zeebeModdle from "zeebe-bpmn-moddle/resources/zeebe.json";

/**
 * The Camunda 8 modeler without its element templates and linked resources, which belong to Camunda's
 * own platform and would offer what this engine does not have.
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
      createAppendAnythingModule,
      createAppendGroupsModule,
      elementDescriptionsModule,
      detailsPopupMenuModule,
      colorPickerModule,
      variableResolverModule,
    ];
  }
}
