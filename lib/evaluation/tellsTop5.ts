/** Whether a top-5 accuracy says anything: of so few classes it is always 100%. */
export const tellsTop5 = (classes: number): boolean => classes > 5;
