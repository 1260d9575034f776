import { Modeler } from './modeler.js';
import { missing, translateModule } from '../i18n/translate.js';
window.tr = { missing };
window.modeler = new Modeler({ container: '#canvas', propertiesPanel: { parent: '#panel' }, additionalModules: [ translateModule ] });
