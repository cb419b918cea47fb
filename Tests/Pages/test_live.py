"""A run that trains while it is looked at, and is steered from its page."""

import unittest

from pages_case import PagesCase


class LiveTests(PagesCase):
    def setUp(self):
        super().setUp()
        self.key = self.server.run_named("digits-live")
        self.open(f"/runs/{self.key}", ".plot .curve")

    def step(self):
        text = self.text(".tile-value")
        return int(text.replace(",", ""))

    def applied(self, verb, seconds=20):
        """Waits until the newest command is one of a verb, and has its answer."""
        self.wait(f"""(() => {{
            const first = document.querySelector(".commands li");
            return first?.classList.contains("applied") && first.innerText.includes({verb!r});
        }})()""", f"{verb} applied", seconds)

    def test_follows(self):
        before = self.step()
        self.wait(f"Number(document.querySelector('.tile-value').innerText.replace(/,/g, ''))"
                  f" > {before}", "more steps")

    def test_changes_a_rate(self):
        self.browser.type("#rate-form input", "0.0007")
        self.browser.click("#rate-form button.primary")
        self.applied("learningRate = 0.0007")
        # The event is a mark on the time axis, with its words.
        self.wait("[...document.querySelectorAll('.marks title')].some((one) =>"
                  " one.textContent.includes('learningRate'))", "a mark")
        commands = self.server.get(f"/api/runs/{self.key}/events")["commands"]
        self.assertEqual(commands[-1]["data"], {"learningRate": 0.0007})
        self.wait("[...document.querySelectorAll('.tile-value')].some((one) =>"
                  " one.innerText === '0.0007')", "the new rate")

    def test_shows_why_it_was_refused(self):
        self.browser.type(".steer .pair input", "noSuchSetting")
        self.browser.type(".steer .pair .field:nth-child(2) input", "1")
        self.browser.click(".steer .pair button")
        self.wait("!!document.querySelector('.commands li.refused .answer')", "a refusal")
        self.assertIn("expected", self.text(".commands li.refused .answer"))

    def test_pauses_and_goes_on(self):
        self.browser.click("[data-verb=pause]")
        self.wait("!!document.querySelector('[data-verb=continue]')", "a pause")
        self.wait("document.querySelector('.page-title .badge').innerText === 'paused'", "the word")
        self.browser.click("[data-verb=continue]")
        self.wait("!!document.querySelector('[data-verb=pause]')", "going on")

    def test_rolls_back(self):
        self.wait("Number(document.querySelector('#way-back input')?.max) > 1", "checkpoints", 60)
        self.browser.run("""(() => {
            const slider = document.querySelector("#way-back input");
            // Checkpoints thin out: the first may be gone, a later one has one before it.
            slider.value = Math.ceil(slider.max / 2);
            slider.dispatchEvent(new Event("input"));
        })()""")
        before = self.step()
        self.browser.click("#rollback")
        self.applied("Roll back")
        self.assertIn("back at step", self.text(".commands li .answer"))
        command = self.server.get(f"/api/runs/{self.key}/events")["commands"][-1]
        self.assertLess(command["data"]["to"], before)

    def test_notes(self):
        self.browser.run("[...document.querySelectorAll('.steer-form')].at(-1)"
                         ".querySelector('input').focus()")
        self.browser.call("Input.insertText", text="looks well")
        self.browser.key("Enter", text="\r")
        self.applied("looks well")

    def test_zooms_and_reads(self):
        x, y = self.browser.find(".plot")
        self.browser.mouse([(x - 100, y), (x, y), (x + 60, y)])
        self.wait("[...document.querySelectorAll('.chart-bar button.small')]"
                  ".some((one) => !one.hidden)", "a zoom")
        self.wait("!document.querySelector('.readout').hidden", "a readout")
        self.browser.run("document.querySelector('.plot').focus()")
        self.browser.key("ArrowLeft")
        self.wait("document.querySelector('.plot [aria-live]').textContent.length > 4",
                  "words for screen readers")

    def test_shows_numbers_as_a_table(self):
        self.browser.click(".chart .tools button")
        self.wait("document.querySelectorAll('dialog[open] tbody tr').length > 5", "a table")
        self.browser.key("Escape")

    def test_pages_of_a_run(self):
        key = self.server.run_named("digits")
        for tab, what in [("layers", ".chart .plot rect"), ("settings", ".facts dt"),
                          ("network", ".tab-panel table tbody tr"), ("files", "table.plain tbody tr"),
                          ("doctor", ".finding")]:
            with self.subTest(tab):
                self.open(f"/runs/{key}/{tab}", what)


if __name__ == "__main__":
    unittest.main()
