"""The live mel-spectrogram as its user meets it."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFocusEvent, QImage, QKeyEvent, QNativeGestureEvent, QPainter, QPointingDevice
from PySide6.QtTest import QSignalSpy
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from mgc_desktop.features.config import REPORT
from mgc_desktop.features.mel import log_mel
from mgc_desktop.pipeline import MelBlock
from mgc_desktop.ui import theme
from mgc_desktop.ui.widgets.spectrogram import SpectrogramView

from .conftest import FRAME, Hand, clicks, pixels, steady

Give = Callable[..., None]


def drawn(view: SpectrogramView, ratio: int = 1) -> NDArray[np.uint8]:
    """The view's pixels on a screen of so many device pixels to one."""
    image = QImage(view.size() * ratio, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    painter = QPainter(image)
    view.render(painter, QRectF(view.rect()), view.rect())
    painter.end()
    return pixels(image)


def inside(view: SpectrogramView, ratio: int = 1) -> NDArray[np.int64]:
    """The pixels of the picture alone."""
    box = view.picture_box
    top, bottom, left, right = (round(v * ratio) for v in (box.top(), box.bottom(), box.left(), box.right()))
    return drawn(view, ratio)[top:bottom, left:right].astype(np.int64)


def cursor_x(picture: NDArray[np.int64]) -> float:
    """Where the purely white columns are."""
    return float(np.flatnonzero((picture == 255).all(axis=(0, 2))).mean())


def brightest_x(picture: NDArray[np.int64]) -> float:
    """Where the picture is brightest, the cursor left out; the middle of equals."""
    light = picture.sum(axis=2).mean(axis=0)
    light[(picture == 255).all(axis=(0, 2))] = 0
    return float(np.flatnonzero(light >= light.max() - 1).mean())


def press(view: SpectrogramView, key: Qt.Key) -> bool:
    """Whether the view took the key for itself."""
    event = QKeyEvent(QEvent.Type.KeyPress, key, Qt.KeyboardModifier.NoModifier)
    event.setAccepted(True)
    QApplication.sendEvent(view, event)
    return event.isAccepted()


class TestCursor:
    """What is drawn at the cursor is what is heard at that moment."""

    @pytest.mark.parametrize("ratio", [1, 2])
    @pytest.mark.parametrize("mode", ["follow", "overview"])
    @pytest.mark.parametrize("zoom", [-4, 0, 2, 5])
    @pytest.mark.parametrize("seconds", [8.0, 190.0, 5000.0])
    def test_it_stands_on_the_frame_that_is_heard(
        self, view: SpectrogramView, show: Give, mode: str, zoom: int, seconds: float, ratio: int
    ) -> None:
        frames = int(seconds / FRAME)
        frame = int(frames * 0.618)
        show(seconds, clicks(frames, frame))
        view.set_mode(mode)  # type: ignore[arg-type]
        view.set_position(frame * FRAME)
        view.zoom(zoom)
        pixels_per_second = view.picture_box.width() * ratio / view.seconds_in_sight
        aside = 30 / pixels_per_second  # so that the cursor does not hide what it stands on
        view.set_position(frame * FRAME + aside)
        picture = inside(view, ratio)
        error = cursor_x(picture) - brightest_x(picture) - aside * pixels_per_second
        column = FRAME * (1 if seconds < 3600 else 2)
        assert abs(error) <= max(1.5, column * pixels_per_second)

    @pytest.mark.parametrize("moment", [2.0, 3.3333, 7.018])
    def test_it_stands_on_a_click_when_the_click_is_heard(
        self, view: SpectrogramView, show: Give, moment: float
    ) -> None:
        sound = np.zeros(10 * REPORT.sr, np.float32)
        sound[round(moment * REPORT.sr)] = 1
        show(10.0, MelBlock(0, log_mel(sound, REPORT)))
        view.set_mode("overview")
        view.set_position(moment + 1)
        picture = inside(view)
        pixels_per_second = view.picture_box.width() / 10
        off = (cursor_x(picture) - brightest_x(picture)) / pixels_per_second - 1
        assert abs(off) <= FRAME / 2 + 1 / pixels_per_second

    def test_in_follow_mode_it_stays_and_the_song_moves(self, view: SpectrogramView, show: Give) -> None:
        show(100.0, clicks(4300, 2000))
        view.set_position(2000 * FRAME + 2)
        first = inside(view)
        view.set_position(2000 * FRAME + 2.2)
        second = inside(view)
        assert cursor_x(first) == cursor_x(second)
        moved = 0.2 * view.picture_box.width() / view.seconds_in_sight
        assert brightest_x(first) - brightest_x(second) == pytest.approx(moved, abs=1)

    def test_in_follow_mode_it_does_not_tremble(self, view: SpectrogramView, show: Give) -> None:
        show(100.0, steady(4300))
        places = set()
        for step in range(60):
            view.set_position(30 + step / 29.97)
            places.add(cursor_x(inside(view)))
        assert len(places) == 1

    def test_in_overview_it_moves_and_the_song_stays(self, view: SpectrogramView, show: Give) -> None:
        show(100.0, clicks(4300, 2000))
        view.set_mode("overview")
        view.set_position(20.0)
        first = inside(view)
        view.set_position(80.0)
        second = inside(view)
        assert cursor_x(second) - cursor_x(first) == pytest.approx(0.6 * view.picture_box.width(), abs=1)
        assert brightest_x(first) == brightest_x(second)

    def test_it_is_not_drawn_without_a_song(self, view: SpectrogramView) -> None:
        view.set_position(3.0)
        assert not (inside(view) == 255).all(axis=(0, 2)).any()

    def test_it_is_seen_on_the_brightest_ground_too(self, view: SpectrogramView, show: Give) -> None:
        show(10.0, steady(430, 20.0))
        view.set_position(5.0)
        picture = inside(view)
        x = round(cursor_x(picture) - 0.5)
        beside = picture[100, x - 1].sum()
        assert beside < 0.8 * picture[100, x].sum()


class TestDecoding:
    def test_what_is_not_decoded_yet_is_calm_ground(self, view: SpectrogramView, show: Give) -> None:
        show(100.0, steady(2000, -30.0))
        view.set_mode("overview")
        picture = inside(view)
        ground = QColor(theme.DARK.raised)
        unknown = (picture == [ground.red(), ground.green(), ground.blue()]).all(axis=(0, 2))
        edge = 2000 * FRAME / 100 * view.picture_box.width()
        assert np.flatnonzero(unknown)[0] == pytest.approx(edge, abs=2)
        assert unknown[round(edge) + 2 :].all()

    def test_blocks_appear_as_they_come(self, view: SpectrogramView, show: Give, qtbot: QtBot) -> None:
        show(100.0, steady(1000, -30.0))
        view.set_mode("overview")
        before = inside(view)
        view.add_block(steady(1000, -30.0, start=2000))
        qtbot.waitUntil(lambda: view.is_settled)
        after = inside(view)
        changed = np.flatnonzero((before != after).any(axis=(0, 2))) / view.picture_box.width() * 100 / FRAME
        assert changed.min() == pytest.approx(2000, abs=10)
        assert changed.max() == pytest.approx(3000, abs=10)

    def test_a_song_of_unknown_length_grows(self, view: SpectrogramView, show: Give, qtbot: QtBot) -> None:
        show(None, steady(100))
        view.set_mode("overview")
        assert view.seconds_in_sight == pytest.approx(100 * FRAME)
        view.add_block(steady(400, start=100))
        qtbot.waitUntil(lambda: view.is_settled)
        assert view.seconds_in_sight == pytest.approx(500 * FRAME)

    def test_a_song_that_is_longer_than_it_says_grows_and_one_that_is_shorter_can_be_cut(
        self, view: SpectrogramView, show: Give
    ) -> None:
        show(2.0, steady(430))
        view.set_mode("overview")
        assert view.seconds_in_sight == pytest.approx(430 * FRAME)
        view.set_duration(5.0)
        assert view.seconds_in_sight == 5.0

    def test_all_levels_are_relative_to_the_loudest(self, view: SpectrogramView, show: Give, qtbot: QtBot) -> None:
        show(20.0, steady(430, -10.0))
        view.set_mode("overview")
        before = inside(view)[50, 5].sum()
        view.add_block(steady(430, 20.0, start=430))
        qtbot.waitUntil(lambda: view.is_settled)
        assert inside(view)[50, 5].sum() < before


class TestSeeking:
    def test_a_press_seeks_at_once(self, view: SpectrogramView, show: Give, hand: Hand) -> None:
        show(200.0, steady(100))
        view.set_mode("overview")
        asked = QSignalSpy(view.seek_requested)
        hand.press(0.25)
        assert asked.count() == 1
        assert asked.at(0)[0] == pytest.approx(50.0, abs=0.01)
        hand.release(0.25)
        assert asked.count() == 1

    def test_dragging_asks_for_the_first_and_the_last_place_and_not_for_all(
        self, view: SpectrogramView, show: Give, hand: Hand
    ) -> None:
        show(200.0, steady(100))
        view.set_mode("overview")
        asked = QSignalSpy(view.seek_requested)
        hand.press(0.2)
        for x in np.linspace(0.2, 0.8, 200):
            hand.drag(float(x))
        hand.release(0.8)
        times = [asked.at(i)[0] for i in range(asked.count())]
        assert times[0] == pytest.approx(40.0, abs=0.01)
        assert times[-1] == pytest.approx(160.0, abs=0.01)
        assert times == sorted(times)
        assert len(times) < 100

    def test_while_dragging_the_hand_decides_where_the_cursor_is(
        self, view: SpectrogramView, show: Give, hand: Hand
    ) -> None:
        show(200.0, steady(8600))
        view.set_position(100.0)
        hand.press(0.3)
        view.set_position(100.1)
        assert cursor_x(inside(view)) == pytest.approx(0.3 * view.picture_box.width(), abs=1)
        hand.release(0.3)

    def test_in_follow_mode_the_picture_holds_still_under_the_hand_and_then_follows_again(
        self, view: SpectrogramView, show: Give, hand: Hand, qtbot: QtBot
    ) -> None:
        show(200.0, clicks(8600, 4200))
        view.set_position(100.0)
        before = brightest_x(inside(view))
        hand.press(0.5)
        hand.drag(0.4)
        assert brightest_x(inside(view)) == before
        hand.release(0.4)
        qtbot.waitUntil(lambda: view.is_settled)
        assert cursor_x(inside(view)) == pytest.approx(0.7 * view.picture_box.width(), abs=1.5)

    def test_a_drag_beyond_the_edge_stays_in_the_song(self, view: SpectrogramView, show: Give, hand: Hand) -> None:
        show(200.0, steady(100))
        view.set_mode("overview")
        asked = QSignalSpy(view.seek_requested)
        hand.press(0.9)
        hand.drag(1.5)
        hand.release(1.5)
        assert asked.at(asked.count() - 1)[0] == pytest.approx(200.0)

    def test_two_quick_presses_seek_twice(self, view: SpectrogramView, show: Give, hand: Hand) -> None:
        show(200.0, steady(100))
        view.set_mode("overview")
        asked = QSignalSpy(view.seek_requested)
        hand.press(0.2)
        hand.release(0.2)
        hand.send(QEvent.Type.MouseButtonDblClick, hand.place(0.6), Qt.MouseButton.LeftButton)
        hand.release(0.6)
        assert asked.at(asked.count() - 1)[0] == pytest.approx(120.0, abs=0.01)

    @pytest.mark.parametrize("button", [Qt.MouseButton.RightButton, Qt.MouseButton.MiddleButton])
    def test_other_buttons_do_not_seek(
        self, view: SpectrogramView, show: Give, hand: Hand, button: Qt.MouseButton
    ) -> None:
        show(200.0, steady(100))
        asked = QSignalSpy(view.seek_requested)
        hand.press(0.5, button)
        hand.release(0.5, button)
        assert asked.count() == 0

    def test_beside_the_picture_or_without_a_song_nothing_is_asked(
        self, view: SpectrogramView, show: Give, hand: Hand
    ) -> None:
        asked = QSignalSpy(view.seek_requested)
        hand.press(0.5)
        hand.release(0.5)
        show(200.0, steady(100))
        hand.press(-0.03)
        hand.release(-0.03)
        assert asked.count() == 0


class TestReading:
    def test_the_pointer_reads_time_frequency_note_and_decibels(
        self, view: SpectrogramView, show: Give, hand: Hand, qtbot: QtBot
    ) -> None:
        show(100.0, steady(4300, -20.0), clicks(10, 0))
        view.set_mode("overview")
        with qtbot.waitSignal(view.readout_changed) as said:
            hand.hover(0.5, 0.5)
        time, hz, note, db = [part.strip() for part in said.args[0].split("   ")]
        assert time == "0:50.0"
        assert hz.endswith(" Hz")
        assert 1600 < int(hz[:-3].replace(",", "")) < 1800
        assert note in ("G♯6", "A6")
        assert db == "−40 dB"

    def test_the_lowest_and_the_highest_point_read_the_ends_of_the_scale(
        self, view: SpectrogramView, show: Give, hand: Hand
    ) -> None:
        show(100.0, steady(4300))
        hand.hover(0.5, 0.0)
        assert "8,000 Hz" in view.readout
        hand.hover(0.5, 1.0)
        assert " 0 Hz" in view.readout.replace("\N{FIGURE SPACE}", " ")

    def test_it_reads_on_while_the_song_passes_under_it(self, view: SpectrogramView, show: Give, hand: Hand) -> None:
        show(100.0, steady(4300))
        view.set_position(50.0)
        hand.hover(0.5)
        before = view.readout
        view.set_position(50.2)
        assert view.readout != before

    def test_where_nothing_is_decoded_no_decibels_are_claimed(
        self, view: SpectrogramView, show: Give, hand: Hand
    ) -> None:
        show(100.0, steady(430))
        view.set_mode("overview")
        hand.hover(0.9)
        assert "1:30.0" in view.readout
        assert "dB" not in view.readout

    def test_when_the_pointer_leaves_there_is_nothing_to_read(
        self, view: SpectrogramView, show: Give, hand: Hand
    ) -> None:
        show(100.0, steady(4300))
        without = drawn(view)
        hand.hover(0.5)
        assert not np.array_equal(drawn(view), without)
        hand.leave()
        assert view.readout == ""
        assert np.array_equal(drawn(view), without)

    def test_with_the_keyboard_here_the_loudest_tone_now_is_read(self, view: SpectrogramView, show: Give) -> None:
        block = steady(4300)
        block.db[40, :] = 10
        show(100.0, block)
        view.set_position(30.2)
        QApplication.sendEvent(view, QFocusEvent(QEvent.Type.FocusIn, Qt.FocusReason.TabFocusReason))
        assert view.readout.startswith("0:30.0")
        assert "959 Hz" in view.readout  # the centre of filter 40
        assert view.readout in view.accessibleDescription()
        QApplication.sendEvent(view, QFocusEvent(QEvent.Type.FocusOut, Qt.FocusReason.TabFocusReason))
        assert view.readout == ""

    def test_it_has_a_name_for_those_who_do_not_see_it(self, view: SpectrogramView) -> None:
        assert view.accessibleName() == "Mel-spectrogram"
        assert "zoom" in view.accessibleDescription()


class TestZooming:
    @pytest.fixture
    def song(self, view: SpectrogramView, show: Give) -> SpectrogramView:
        """Two hundred seconds in overview."""
        show(200.0, clicks(8600, 4000))
        view.set_mode("overview")
        return view

    def test_the_wheel_zooms_around_the_pointer(self, song: SpectrogramView, hand: Hand) -> None:
        hand.hover(0.25)
        before = song.readout.split("   ")[0]
        hand.wheel(0.25, 4)
        hand.hover(0.25)
        assert song.seconds_in_sight < 100
        assert song.readout.split("   ")[0] == before
        hand.wheel(0.25, -10)
        assert song.seconds_in_sight == 200

    @pytest.mark.parametrize("how", [{"shift": True}, {"sideways": True}])
    def test_the_wheel_sideways_looks_elsewhere(self, song: SpectrogramView, hand: Hand, how: dict[str, bool]) -> None:
        hand.wheel(0.5, 4)
        span = song.seconds_in_sight
        hand.hover(0.5)
        before = song.readout
        hand.wheel(0.5, -2, **how)
        assert song.seconds_in_sight == span
        assert song.readout > before

    def test_the_middle_button_drags_the_picture(self, song: SpectrogramView, hand: Hand) -> None:
        hand.wheel(0.45, 4)
        before = brightest_x(inside(song))
        hand.press(0.5, Qt.MouseButton.MiddleButton)
        hand.drag(0.6, Qt.MouseButton.MiddleButton)
        hand.release(0.6, Qt.MouseButton.MiddleButton)
        assert brightest_x(inside(song)) - before == pytest.approx(0.1 * song.picture_box.width(), abs=1)

    def test_pinching_zooms(self, song: SpectrogramView, hand: Hand) -> None:
        at = hand.place(0.5)
        device = QPointingDevice.primaryPointingDevice()
        gesture = QNativeGestureEvent(Qt.NativeGestureType.ZoomNativeGesture, device, 2, at, at, at, 1.0, QPointF())
        QApplication.sendEvent(song.viewport(), gesture)
        assert song.seconds_in_sight == pytest.approx(100)

    def test_keys_zoom_and_show_all(self, song: SpectrogramView) -> None:
        assert press(song, Qt.Key.Key_Plus)
        assert song.seconds_in_sight < 200
        closer = song.seconds_in_sight
        assert press(song, Qt.Key.Key_Equal)
        assert press(song, Qt.Key.Key_Minus)
        assert song.seconds_in_sight == pytest.approx(closer)
        assert press(song, Qt.Key.Key_0)
        assert song.seconds_in_sight == 200

    def test_pages_are_turned_by_keys(self, song: SpectrogramView, hand: Hand) -> None:
        for _ in range(4):
            press(song, Qt.Key.Key_Plus)
        hand.hover(0.5)
        first = song.readout
        press(song, Qt.Key.Key_PageDown)
        second = song.readout
        press(song, Qt.Key.Key_PageUp)
        assert second > first == song.readout

    @pytest.mark.parametrize("key", [Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Space, Qt.Key.Key_Up])
    def test_other_keys_are_the_windows(self, song: SpectrogramView, key: Qt.Key) -> None:
        assert not press(song, key)

    def test_showing_all_ends_following(self, song: SpectrogramView, qtbot: QtBot) -> None:
        song.set_mode("follow")
        with qtbot.waitSignal(song.mode_changed) as changed:
            song.show_all()
        assert changed.args == ["overview"]

    def test_without_a_song_nothing_happens(self, view: SpectrogramView, hand: Hand) -> None:
        hand.wheel(0.5, 3)
        press(view, Qt.Key.Key_Plus)
        press(view, Qt.Key.Key_PageDown)
        assert view.seconds_in_sight == 0


class TestLooks:
    def test_another_theme_changes_the_surroundings_and_not_the_picture(
        self, view: SpectrogramView, show: Give
    ) -> None:
        show(100.0, clicks(4400, 800))
        view.set_mode("overview")
        dark = inside(view)
        view.set_palette(theme.LIGHT)
        assert np.array_equal(inside(view), dark)
        assert drawn(view)[2, 2].tolist() == [255, 255, 255]

    def test_another_colour_map_changes_the_picture(self, view: SpectrogramView, show: Give, qtbot: QtBot) -> None:
        show(100.0, clicks(4400, 800))
        before = inside(view)
        with qtbot.waitSignal(view.colour_map_changed):
            view.set_colour_map("grey")
        grey = inside(view)
        assert not np.array_equal(grey, before)
        assert (grey[..., 0] == grey[..., 1]).all()

    def test_a_colour_map_of_another_age_is_ignored(self, view: SpectrogramView) -> None:
        view.set_colour_map("jet")
        assert view.colour_map == "magma"

    def test_the_hint_is_there_as_long_as_no_song_is(self, view: SpectrogramView, show: Give) -> None:
        bare = inside(view)
        view.set_hint("Drop a song here")
        hinted = inside(view)
        assert not np.array_equal(hinted, bare)
        show(10.0, steady(430))
        view.clear()
        assert np.array_equal(inside(view), hinted)

    def test_a_ring_shows_the_keyboard_but_not_a_click(self, view: SpectrogramView, show: Give) -> None:
        show(100.0, steady(4300))
        accent = QColor(theme.DARK.accent)
        corner = [accent.red(), accent.green(), accent.blue()]
        QApplication.sendEvent(view, QFocusEvent(QEvent.Type.FocusIn, Qt.FocusReason.MouseFocusReason))
        assert inside(view)[0, -1].tolist() != corner
        QApplication.sendEvent(view, QFocusEvent(QEvent.Type.FocusIn, Qt.FocusReason.TabFocusReason))
        assert inside(view)[0, -1].tolist() == corner
        for event in (QEvent.Type.FocusOut, QEvent.Type.FocusIn):  # another window, and back
            QApplication.sendEvent(view, QFocusEvent(event, Qt.FocusReason.ActiveWindowFocusReason))
        assert inside(view)[0, -1].tolist() == corner

    @pytest.mark.parametrize("size", [(240, 120), (560, 300), (3400, 1900)])
    def test_it_fits_every_size(self, view: SpectrogramView, show: Give, size: tuple[int, int]) -> None:
        view.resize(*size)
        show(100.0, clicks(4300, 2000))
        view.set_mode("overview")
        view.set_position(90.0)
        picture = inside(view)
        assert brightest_x(picture) / picture.shape[1] == pytest.approx(2000 * FRAME / 100, abs=0.01)

    def test_the_mode_is_told_when_it_changes_and_only_then(self, view: SpectrogramView) -> None:
        told = QSignalSpy(view.mode_changed)
        view.set_mode("follow")
        view.set_mode("overview")
        view.set_mode("overview")
        assert [told.at(i)[0] for i in range(told.count())] == ["overview"]


class TestManySongs:
    def test_nothing_piles_up(self, view: SpectrogramView, show: Give) -> None:
        def one(number: int) -> None:
            show(60.0, clicks(2580, number))
            view.set_position(number / 10)
            view.grab()

        for number in range(3):
            one(number)
        gc.collect()
        items, objects = len(view.scene().items()), len(gc.get_objects())
        for number in range(30):
            one(number)
        gc.collect()
        assert len(view.scene().items()) == items
        assert len(gc.get_objects()) - objects < 200

    def test_the_picture_of_the_last_song_is_let_go(self, view: SpectrogramView, show: Give) -> None:
        show(60.0, steady(100))
        old = weakref.ref(view.picture)
        view.clear()
        gc.collect()
        assert old() is None
        assert view.readout == ""

    def test_blocks_that_wait_when_the_song_changes_are_not_drawn(self, view: SpectrogramView, show: Give) -> None:
        show(60.0, steady(100))
        view.add_block(steady(2000, 20.0))
        show(60.0)
        ground = QColor(theme.DARK.raised)
        view.set_mode("overview")
        view.set_position(0.0)
        assert inside(view)[100, 400].tolist() == [ground.red(), ground.green(), ground.blue()]

    def test_a_long_jump_is_not_glided_over_but_a_short_one_is(self, view: SpectrogramView, show: Give) -> None:
        show(600.0, steady(2000))
        view.set_position(300.0)
        assert view.is_settled
        view.set_position(303.0)
        assert not view.is_settled
        view.set_position(500.0)
        assert view.is_settled


def test_drops_and_keys_reach_the_window(qtbot: QtBot) -> None:
    class Window(QWidget):
        def __init__(self) -> None:
            super().__init__()
            self.keys: list[int] = []

        def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
            self.keys.append(event.key())

    window = Window()
    qtbot.addWidget(window)
    view = SpectrogramView(theme.LIGHT, window)
    QVBoxLayout(window).addWidget(view)
    window.show()
    qtbot.keyClick(view, Qt.Key.Key_Left)
    assert window.keys == [Qt.Key.Key_Left]
    assert not view.acceptDrops()
    assert view.childAt(QPoint(5, 5)) is view.viewport()
