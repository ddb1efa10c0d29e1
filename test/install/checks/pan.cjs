/** Loads the shipped model, shows it a clip in which the camera pans to the right, and fails where it sees another. */
exports.classifyPan = async ({ loadModel }, path) => {
  const model = await loadModel(path);
  try {
    const [frames, height, width] = [12, 128, 160];
    const data = new Uint8Array(frames * height * width * 3);
    for (let i = 0; i < data.length; i++) {
      const [x, y, frame] = [
        Math.floor(i / 3) % width,
        Math.floor(i / 3 / width) % height,
        Math.floor(i / 3 / width / height),
      ];
      data[i] = 128 + 60 * Math.sin((x + 4 * frame) / 9) + 40 * Math.sin(y / 7 + (i % 3));
    }
    const { predictions } = await model.classifyClip({ data, frames, height, width });
    if (predictions[0]?.label !== 'pan right') throw new Error(`a pan was taken for ${JSON.stringify(predictions)}`);
    console.log(predictions[0].label, predictions[0].score);
  } finally {
    await model.dispose();
  }
};
