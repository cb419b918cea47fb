"""A table dropped on the page is trained; a drawn digit is told."""

import unittest

from pages_case import PagesCase
from test_access import AXE

ROWS = "\n".join(f"{area},{area // 25},{town},{area * 3000 + (50000 if town == 'Seoul' else 0)}"
                 for area in range(40, 200, 2) for town in ("Seoul", "Busan"))


class ToolsTests(PagesCase):
    def drop(self, name, text):
        self.browser.run(f"""(() => {{
            const files = new DataTransfer();
            files.items.add(new File([{text!r}], {name!r}, {{ type: "text/csv" }}));
            const event = new DragEvent("drop", {{ dataTransfer: files, bubbles: true,
                cancelable: true }});
            document.querySelector("main").dispatchEvent(event);
        }})()""")

    def test_trains_a_table(self):
        self.open("/runs")
        self.drop("houses.csv", "area,floors,town,price\n" + ROWS + "\n")
        self.wait("location.hash === '#/train' && !!document.querySelector('#target')", "a form")
        self.assertIn("town", self.texts("main tbody th"))
        self.browser.run("""(() => {
            const target = document.querySelector("#target");
            target.value = "price";
            target.dispatchEvent(new Event("change"));
        })()""")
        self.browser.run("[...document.querySelectorAll('.segmented button')]"
                         ".find((one) => one.innerText === 'One plain network').click()")
        self.browser.click("#start")
        self.wait("/^#.runs.[0-9a-z]+$/.test(location.hash)", "the run's page", 60)
        self.wait("!!document.querySelector('main h1')", "the run's page")
        self.assertIn("houses", self.text("main h1"))

    def test_learns_a_table_that_cannot_branch(self):
        self.open("/runs")
        self.drop("towns.csv", "area,floors,town,price\n" + ROWS + "\n")
        self.wait("location.hash === '#/train' && !!document.querySelector('#target')", "a form")
        self.browser.run("""(() => {
            const target = document.querySelector("#target");
            target.value = "price";
            target.dispatchEvent(new Event("change"));
        })()""")
        self.browser.click("#start")
        self.wait("/^#.runs.[0-9a-z]+$/.test(location.hash)", "the run's page", 60)
        self.wait("document.querySelector('.steer')?.innerText.includes('has no branches')",
                  "an end", 300)
        self.assertTrue(self.browser.run("document.querySelector('#branch') === null"))
        key = self.browser.run("location.hash.split('/')[2]")
        self.open(f"/runs/{key}/evaluation", "#evaluate")
        self.browser.click("#evaluate")
        self.wait("!!document.querySelector('#trained-on')", "what flatters the model", 60)

    def test_searches_in_a_table(self):
        self.open("/runs")
        self.drop("flats.csv", "area,floors,town,price\n" + ROWS + "\n")
        self.wait("location.hash === '#/train' && !!document.querySelector('#target')", "a form")
        self.browser.run("""(() => {
            const target = document.querySelector("#target");
            target.value = "town";
            target.dispatchEvent(new Event("change"));
        })()""")
        self.browser.run("[...document.querySelectorAll('.segmented button')]"
                         ".find((one) => one.innerText === 'A search for settings').click()")
        self.browser.type("#trials", "3")
        self.browser.type("#minutes", "1")
        self.browser.click("#start")
        self.wait("location.hash === '#/studies/flats'", "the study's page", 60)
        study = self.server.get("/api/studies/flats")
        self.assertEqual(study["configuration"]["training"]["target"], "town")
        self.wait("document.querySelectorAll('.dot').length > 1", "trials", 60)
        self.wait("![...document.querySelectorAll('.page-head button')]"
                  ".some((one) => one.innerText === 'Stop')", "an end that nobody can stop", 60)

    def test_searches_in_a_set(self):
        self.open("/train", "[data-search]")
        for name in ("iris-2", "iris-3"):
            self.browser.click("[data-search=iris]")
            self.browser.type("#trials", "2")
            self.browser.click("#start")
            self.wait(f"location.hash === '#/studies/{name}'", "a study of another name", 60)
            self.open("/train", "[data-search]")

    def test_draws_a_digit(self):
        self.open("/digit", "#digit")
        self.browser.run("""(() => {
            const list = document.querySelector("main select");
            list.value = [...list.options].find((one) => one.text === "digits").value;
            list.dispatchEvent(new Event("change"));
        })()""")
        x, y = self.browser.find("#digit")
        self.browser.mouse([(x - 50, y - 70), (x, y - 70), (x + 50, y - 70), (x + 20, y),
                            (x - 10, y + 80)], pause=0.02)
        self.wait("!!document.querySelector('.digit-best')", "a digit")
        shares = "[...document.querySelectorAll('.chart text')].map((one) => one.textContent)" \
            ".filter((text) => text.endsWith('%')).map(parseFloat)"
        # Ten numbers, each rounded to a tenth.
        self.wait(f"Math.abs({shares}.reduce((sum, one) => sum + one, 0) - 100) < 0.6",
                  "probabilities whose sum is 1")
        self.assertEqual(self.browser.run(f"{shares}.length"), 10)
        self.browser.click("#clear")
        self.wait("!document.querySelector('.digit-best')", "an empty canvas")

    def test_lists_models_of_pixels(self):
        self.open("/digit", "#digit")
        names = self.browser.run(
            "[...document.querySelector('main select').options].map((one) => one.text)")
        self.assertIn("digits", names)
        self.assertFalse([name for name in names if name.startswith("sweep")], names)

    def test_draws_with_keys(self):
        self.open("/digit", "#digit")
        self.browser.run("document.querySelector('#digit').focus()")
        self.browser.key(" ")
        for _ in range(7):
            self.browser.key("ArrowDown")
        self.wait("!!document.querySelector('.digit-best')", "a digit")


class EvaluationTests(PagesCase):
    def evaluate(self, name):
        self.open(f"/runs/{self.server.run_named(name)}/evaluation", "#evaluate")
        self.browser.click("#evaluate")
        self.wait("!!document.querySelector('table.matrix')", "a matrix", 60)

    def test_shows_images(self):
        self.evaluate("digits")
        self.assertEqual(self.count("table.matrix tbody tr"), 10)
        total = self.browser.run("[...document.querySelectorAll('.matrix tbody td')]"
                                 ".reduce((sum, one) => sum + Number(one.innerText), 0)")
        self.assertEqual(total, 1500)
        self.assertEqual(self.count("canvas.worst-image"), 24)
        self.wait("document.querySelector('canvas.worst-image').width === 28", "its pixels")
        ink = self.browser.run("""(() => {
            const canvas = document.querySelector("canvas.worst-image");
            const { data } = canvas.getContext("2d").getImageData(0, 0, 28, 28);
            return data.filter((value, index) => index % 4 === 0 && value > 100).length;
        })()""")
        self.assertGreater(ink, 10)

    def test_shows_rows(self):
        self.evaluate("sweep-1")
        self.assertEqual(self.count("table.matrix tbody tr"), 3)
        wrong = self.browser.run(
            "[...document.querySelectorAll('.matrix tbody tr')].reduce((sum, row, at) => sum + "
            "[...row.querySelectorAll('td')].reduce((own, cell, to) => "
            "own + (at === to ? 0 : Number(cell.innerText)), 0), 0)")
        self.assertGreater(wrong, 0)
        self.assertEqual(self.count("table.plain tbody tr"), min(wrong, 24))

    def test_is_readable_in_both_themes(self):
        with open(AXE) as file:
            axe = file.read()
        for theme in ("light", "dark"):
            self.browser.prefer(theme)
            self.evaluate("digits")
            self.browser.run(axe + "; true")
            found = self.browser.run("axe.run(document, { resultTypes: ['violations'] })"
                                     ".then(({ violations }) => violations.map((one) => one.id))")
            self.assertEqual(found, [], theme)


class LessonsTests(PagesCase):
    def setUp(self):
        super().setUp()
        if not self.server.get("/api/info")["can"].get("lessons"):
            self.skipTest("this server has no lessons")

    def test_runs_a_lesson(self):
        self.open("/lessons", ".lessons a")
        names = self.browser.run("[...document.querySelectorAll('.lessons a')]"
                                 ".map((one) => one.getAttribute('href'))")
        self.assertIn("#/lessons/xor", names)
        self.open("/lessons/xor", ".lesson-exhibit")
        self.assertGreater(len(self.text(".lesson p")), 20)
        self.wait("document.querySelectorAll('.lesson-exhibit svg, .lesson-exhibit table')"
                  ".length > 0", "a figure or a table")
        # A title stands in the card's head and not again in its picture.
        self.wait("!!document.querySelector('.lesson-exhibit svg text')", "a figure")
        for title, words in self.browser.run("""[...document.querySelectorAll('.lesson-exhibit')]
                .filter((one) => one.querySelector('svg')).map((one) => [
                    one.querySelector('h2').textContent,
                    [...one.querySelectorAll('svg text')].map((text) => text.textContent)])"""):
            self.assertNotIn(title, words)


if __name__ == "__main__":
    unittest.main()
