import { loadModel } from 'kinetorch';

export const runtime = 'nodejs';
export const dynamic = 'force-dynamic';

const files = process.env.KINETORCH_FILES;

export async function GET() {
  const model = await loadModel(`${files}/models/camera-motion.pt`, { tuning: { timeMs: 0 } });
  const { video, predictions } = await model.classifyVideo(`${files}/examples/media/camera-moves.mp4`, { clips: 1 });
  await model.dispose();
  return Response.json({ seconds: video.durationSeconds, labels: predictions.length });
}
