// The letters of an element in the order in which they stand on the screen, left to right.
el => {
  const found = [];
  const walk = document.createTreeWalker(el, NodeFilter.SHOW_TEXT);
  for (let node = walk.nextNode(); node; node = walk.nextNode()) {
    if (node.parentElement.closest('.sr')) continue;
    for (let i = 0; i < node.data.length; i += 1) {
      const range = document.createRange();
      range.setStart(node, i); range.setEnd(node, i + 1);
      const box = range.getBoundingClientRect();
      if (node.data[i].trim()) found.push([box.left, node.data[i]]);
    }
  }
  return found.sort((a, b) => a[0] - b[0]).map((one) => one[1]).join('');
}
