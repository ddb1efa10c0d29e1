// CommonJS.
const kinetorch = require('kinetorch');
const { classifyPan } = require('./pan.cjs');

classifyPan(kinetorch, require.resolve('kinetorch/models/camera-motion.pt'));
