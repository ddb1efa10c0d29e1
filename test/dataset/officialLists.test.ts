/** The lists that UCF101 and HMDB51 come with. */
import { readCollection } from '../../lib/dataset/collections/readCollection';
import { folderOf, leftOut, rows, videos } from '../support/dataFolder';

describe('official lists', () => {
  const lists = (at: string) => ({
    [`${at}/classInd.txt`]: '1 Archery\n2 Biking\n',
    [`${at}/trainlist01.txt`]: 'Archery/v_Archery_g08_c01.avi 1\nBiking/v_Biking_g08_c01.avi 2\n',
    [`${at}/testlist01.txt`]: 'Archery/v_Archery_g01_c01.avi\nBiking/v_Biking_g01_c01.avi\n',
  });

  test.each(['annotations', 'ucfTrainTestlist', 'splits'])(
    'of UCF101 in %s; other extensions and cases are found',
    async (at) => {
      const root = folderOf({
        ...lists(at),
        ...videos(
          'videos/archery/v_archery_g08_c01.MP4',
          'videos/Biking/v_Biking_g08_c01.avi',
          'videos/Archery/v_Archery_g01_c01.webm',
          'videos/Biking/new.avi',
        ),
      });
      const collection = await readCollection(root);
      expect(rows(collection, 'split', 'group')).toEqual([
        ['videos/archery/v_archery_g08_c01.MP4', 'Archery', 'train', 'Archery g08'],
        ['videos/Biking/v_Biking_g08_c01.avi', 'Biking', 'train', 'Biking g08'],
        ['videos/Archery/v_Archery_g01_c01.webm', 'Archery', 'test', 'Archery g01'],
        ['Biking/v_Biking_g01_c01.avi', 'Biking', 'test', 'Biking g01'],
      ]);
      expect(collection.warnings).toEqual([
        expect.stringMatching(
          /^2 found under other names than listed: Archery\/v_Archery_g08_c01\.avi as videos\/archery\/v_archery_g08_c01\.MP4/,
        ),
        '1 listed but not there: Biking/v_Biking_g01_c01.avi',
      ]);
      expect(leftOut(collection)).toEqual({ 'in no list': 'videos/Biking/new.avi' });
    },
  );

  test('of UCF101 as frames', async () => {
    const frames = ['Archery_g08', 'Biking_g08', 'Archery_g01', 'Biking_g01'].map(
      (name) => `${name.split('_')[0]}/v_${name}_c01/1.jpg`,
    );
    const collection = await readCollection(folderOf({ ...lists('annotations'), ...videos(...frames) }));
    expect(collection.samples.every(({ isFrames }) => isFrames)).toBe(true);
    expect(rows(collection)[0]).toEqual(['Archery/v_Archery_g08_c01', 'Archery']);
  });

  test('of HMDB51 in any folder', async () => {
    const root = folderOf({
      ...videos('videos/wave/c.mp4', 'videos/brush_hair/a.avi'),
      'annotations/wave_test_split1.txt': 'c.avi 2\n',
      'annotations/brush_hair_test_split1.txt': 'a.avi 1\n',
    });
    expect(rows(await readCollection(root), 'split')).toEqual([
      ['videos/brush_hair/a.avi', 'brush_hair', 'train'],
      ['videos/wave/c.mp4', 'wave', 'test'],
    ]);
  });
});
