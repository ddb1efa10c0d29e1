// exit.cjs <model | trainer | load> <exit | throw | reject | end | dispose>: leaves in that way with that work in flight.
const { busyTrainer, makeBusy, slowModel } = require('./common.cjs');

const [what, how] = process.argv.slice(2);

async function start() {
  if (what === 'trainer') return busyTrainer(4);
  if (what === 'load') {
    for (let i = 0; i < 3; i++) slowModel().catch(() => {});
    return null;
  }
  const model = await slowModel();
  await makeBusy(model, 20);
  return model;
}

start().then((started) => {
  console.log('busy');
  if (how === 'exit') process.exit(7);
  if (how === 'throw')
    setImmediate(() => {
      throw new Error('uncaught on purpose');
    });
  if (how === 'reject') Promise.reject(new Error('unhandled on purpose'));
  if (how === 'dispose') started.dispose().then(() => console.log('disposed'));
});
