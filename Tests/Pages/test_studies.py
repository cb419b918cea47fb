"""Studies: charts, brushing, actions."""

import unittest

from pages_case import PagesCase


class StudiesTests(PagesCase):
    def test_list(self):
        self.open("/studies", "tbody tr")
        self.assertIn("iris", self.texts("tbody th a"))

    def test_charts(self):
        self.open("/studies/iris", ".dot")
        titles = self.texts("figure h2")
        for title in ("History", "Importance", "Parallel coordinates", "Intermediate values"):
            self.assertIn(title, titles)
        self.wait("document.querySelectorAll('.best-line').length > 0", "the best so far")
        self.wait("document.querySelectorAll('.chart .curve').length > 5", "curves of trials")

    def test_a_search_that_is_over_cannot_be_stopped(self):
        """Also where its end comes while one looks."""
        self.open("/studies/iris", ".dot")
        self.assertEqual(self.count("#stop"), 0)
        is_searching = self.browser.run("""import("/assets/views/study-data.js").then((m) => {
            const data = new m.StudyData("s", undefined);
            return ["running", "waiting", "complete", "pruned"].map((state) => {
                data.trials = [{ state: "complete" }, { state }];
                return data.isSearching;
            });
        })""")
        self.assertEqual(is_searching, [True, True, False, False])

    def test_no_chart_without_intermediate_values(self):
        """Where trials are judged by their end alone, as by auc."""
        self.open("/studies/iris", ".dot")
        is_hidden = self.browser.run("""Promise.all(["study-charts", "study-data"].map((name) =>
            import(`/assets/views/${name}.js`))).then(([charts, m]) => {
            const data = new m.StudyData("s", undefined);
            data.study = {};
            data.trials = [{ number: 0, state: "complete", objectives: [0.5], parameters: {} }];
            const part = charts.reportsChart(data);
            const isHidden = () => {
                part.fill();
                return part.card.element.hidden;
            };
            const answers = [isHidden()];
            data.areReportsLoaded = true;
            answers.push(isHidden());
            data.reports = { 0: { step: [1, 2], value: [0.5, 0.4] } };
            answers.push(isHidden());
            part.chart.end();
            return answers;
        })""")
        self.assertEqual(is_hidden, [False, True, False])

    def test_brushes(self):
        self.open("/studies/iris", ".brush-area")
        area = self.browser.run("""(() => {
            const area = document.querySelector(".brush-area");
            area.scrollIntoView({ block: "center" });
            const box = area.getBoundingClientRect();
            return [box.x + box.width / 2, box.y, box.height];
        })()""")
        x, y, height = area
        self.browser.mouse([(x, y + 0.25 * height), (x, y + 0.5 * height), (x, y + 0.75 * height)])
        self.wait("!!document.querySelector('.brush')", "a brush")
        inside, total = [int(word) for word in self.text(".brush-line [role=status]").split()
                         if word.isdigit()]
        self.assertLess(inside, total)
        self.assertFalse(self.browser.run("document.querySelector('#narrow').hidden"))
        self.browser.click("#narrow")
        self.wait("!!document.querySelector('dialog[open]')", "a question")
        self.assertIn("Search on within", self.text("dialog p"))
        self.browser.click("dialog button.danger")
        self.wait("!!document.querySelector('.toast')", "an answer")
        self.assertEqual(self.count(".toast.bad"), 0, self.text(".toast"))
        self.browser.click("#unbrush")
        self.wait("!document.querySelector('.brush')", "no brush")

    def test_brushes_by_keys(self):
        self.open("/studies/iris", ".brush-area")
        self.browser.click("details summary")
        field = "input[aria-label='learning-rate: greatest']"
        self.browser.type(field, "0.001")
        self.browser.key("Enter", text="\r")
        self.wait("!!document.querySelector('.brush')", "a brush")

    def test_parameters(self):
        self.open("/studies/iris/parameters", ".ground rect")
        self.assertIn("learning-rate", self.texts("figure h2"))

    def test_trials(self):
        self.open("/studies/iris/trials", "tr[data-trial]")
        self.browser.click("[data-sort='objective 0']")
        self.wait("document.querySelector('[aria-sort=ascending] button')?.dataset.sort"
                  " === 'objective 0'", "a sorted table")
        values = [float(text) for text in self.texts("tr[data-trial] td:nth-child(3)")
                  if text not in ("–", "NaN")]
        self.assertEqual(values, sorted(values))
        self.assertGreater(len(values), 5)

    def test_timeline(self):
        """A lane for each worker, with its number."""
        self.open("/studies/iris/timeline", ".plot rect")
        trials = self.server.get("/api/studies/iris")["trials"]
        workers = {trial["owner"] for trial in trials if trial["started"]}
        heights = self.browser.run("[...document.querySelectorAll('.plot > svg > rect')]"
                                   ".map((one) => one.getAttribute('y'))")
        self.assertGreaterEqual(len(set(heights)), len(workers))
        self.assertIn(f"{len(workers)} workers", self.text("figcaption .note"))
        names = self.browser.run("[...document.querySelectorAll('.plot > svg > text')]"
                                 ".map((one) => one.textContent)")
        self.assertEqual(names, [str(index + 1) for index in range(len(workers))])

    def test_names_stand_over_their_axes(self):
        self.open("/studies/iris", ".brush-area")
        offsets = self.browser.run("""[...document.querySelectorAll("[data-axis]")].map((area) => {
            const middle = (box) => box.x + box.width / 2;
            const name = area.parentElement.querySelector("text.strong");
            return Math.abs(middle(name.getBoundingClientRect())
                - middle(area.getBoundingClientRect()));
        })""")
        self.assertGreater(len(offsets), 2)
        self.assertLess(max(offsets), 2)

    def test_the_best_stand_out_in_both_themes(self):
        """Also where the system changes its theme under the page."""
        self.open("/studies/iris", ".brush-area")
        last = "[...document.querySelectorAll('.plot-scroll path')].at(-1).getAttribute('stroke')"
        light = sum(int(part) for part in self.browser.run(last)[4:-1].split(","))
        self.browser.prefer("dark")
        self.wait(f"{last}[4] === '2'", "light lines on a dark ground")
        dark = sum(int(part) for part in self.browser.run(last)[4:-1].split(","))
        self.assertGreater(dark, light)


if __name__ == "__main__":
    unittest.main()
