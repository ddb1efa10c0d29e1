// An idle model that nobody disposes of must not hold the process.
const { noiseClip, slowModel } = require('./common.cjs');

slowModel().then(async (model) => {
  globalThis.kept = model;
  await model.classifyClip(noiseClip());
  console.log('idle');
});
