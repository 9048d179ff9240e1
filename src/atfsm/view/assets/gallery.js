// The drawings of a page beside each other, one of which has the large place.

export class Gallery {
  /** Make a card of each figure; what gets none is taken off the page. */
  constructor(section, charts, makeCard) {
    this.section = section;
    this.cards = [];
    for (const figure of section.querySelectorAll("figure.drawing")) {
      const chart = charts.findIndex(({name}) => name === figure.dataset.chart);
      const card = makeCard(figure, chart, (chosen) => this.focus(chosen));
      if (card) this.cards.push(card);
      else figure.remove();
    }
    section.hidden = this.cards.length === 0;
  }

  /** Give a card the large place. */
  focus(card) {
    for (const other of this.cards) {
      const isFocused = other === card;
      other.figure.classList.toggle("focused", isFocused);
      other.button.setAttribute("aria-pressed", String(isFocused));
      other.paper.setLarge(isFocused);
    }
    this.focused = card;
    this.section.style.setProperty("--others", String(Math.max(1, this.cards.length - 1)));
  }

  /** The cards behind the one that has the large place, round and round; itself comes last. */
  get following() {
    const at = this.cards.indexOf(this.focused);
    return [...this.cards.slice(at + 1), ...this.cards.slice(0, at + 1)];
  }

  show(row) {
    for (const card of this.cards) card.show(row);
  }
}
