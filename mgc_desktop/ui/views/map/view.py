"""The Map view: between the library, the player and what is seen of the map."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Final, cast

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QTimer
from PySide6.QtWidgets import QMenu

from mgc_desktop import settings as s
from mgc_desktop.analysis.colouring import Colouring
from mgc_desktop.analysis.map import Maps, NothingToMap, SongMap, maps_for, read_map, reason
from mgc_desktop.analysis.playlist import save_playlist
from mgc_desktop.errors import ModelError
from mgc_desktop.inference.projection import Method
from mgc_desktop.library.query import Selection
from mgc_desktop.library.store import LibraryStore
from mgc_desktop.notice import Notice
from mgc_desktop.playback.queue import QueueItem
from mgc_desktop.ui.theme import Palette
from mgc_desktop.ui.view import View, ViewContext
from mgc_desktop.ui.views.library.words import songs
from mgc_desktop.ui.views.map import words
from mgc_desktop.ui.views.map.card import Facts
from mgc_desktop.ui.views.map.page import MapPage
from mgc_desktop.ui.views.map.similar_songs import SimilarSongRow
from mgc_desktop.ui.widgets.saving import Numbers, ask_where_to_save

_NEIGHBOURS: Final = 25
_RENEW_MS: Final = 4000  # between two readings while songs are being listened to

# What reading the library brought: the songs with their groups by some colouring, or why there is no map.
Read = tuple[SongMap, str, Colouring] | NothingToMap | ModelError


def _some(song: int | None) -> list[int]:
    return [] if song is None else [song]


class MapView(View):
    """Reads all songs when it is shown, and again when the library has changed."""

    page: MapPage

    def __init__(self, context: ViewContext) -> None:
        super().__init__(context)
        self._palette = context.palette
        self.page = MapPage(context.palette, context.settings, self._facts, self._numbers)
        page = self.page
        self.map: SongMap | None = None
        self._maps: Maps | None = None
        self._maps_of = ""  # the model in use when they were read
        self._stale = True
        self._reading = False
        self._seen = False
        self._wanted: int | None = None  # the id of a song whose neighbours are to be shown once the map is there
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(_RENEW_MS)
        self._later.timeout.connect(self._read)
        settings = context.settings
        page.method.choose(settings[s.MAP_METHOD])
        page.dimensions.choose(settings[s.MAP_DIMENSIONS])
        page.colours.choose(settings[s.MAP_COLOURS])
        self._connect()

    def _connect(self) -> None:
        page, canvas, similar, chosen = self.page, self.page.canvas, self.page.similar, self.page.chosen
        page.method.chosen.connect(partial(self._set, s.MAP_METHOD))
        page.dimensions.chosen.connect(partial(self._set, s.MAP_DIMENSIONS))
        page.colours.chosen.connect(self._set_colours)
        page.save.noticed.connect(self.noticed)
        page.empty.button.clicked.connect(lambda: self.library_requested.emit(None))
        page.legend.hidden_changed.connect(canvas.hide_groups)
        page.legend.stressed.connect(canvas.stress)
        canvas.play_requested.connect(lambda song: self._play([song]))
        canvas.similar_requested.connect(self.show_similar)
        canvas.menu_requested.connect(self._offer)
        canvas.chosen_changed.connect(lambda: chosen.show_count(int(canvas.scene.chosen.sum())))
        canvas.left_alone.connect(self._end_similar)
        similar.play_requested.connect(lambda song: self._play([song]))
        similar.current_changed.connect(canvas.set_current)
        similar.play_all_requested.connect(lambda: self._play(self._similar_songs()))
        similar.enqueue_requested.connect(lambda: self._enqueue(self._similar_songs()))
        similar.choose_requested.connect(self._choose_similar)
        similar.close_requested.connect(self._end_similar)
        chosen.play_requested.connect(lambda: self._play(self._chosen_songs()))
        chosen.enqueue_requested.connect(lambda: self._enqueue(self._chosen_songs()))
        chosen.review_requested.connect(lambda: self.review_requested.emit(self._ids(self._chosen_songs())))
        chosen.library_requested.connect(lambda: self._show_in_library(self._chosen_songs()))
        chosen.playlist_requested.connect(self.ask_for_playlist)
        chosen.cleared.connect(canvas.choose_nothing)
        self.context.library_service.changed.connect(self._on_changed)
        self.context.library_service.failed.connect(self._on_failed)
        self.context.playback.song_changed.connect(self._on_song)

    # Its life

    def shown(self) -> None:
        """Read the library, where it has changed."""
        self._seen = True
        if self._stale and not self._reading:
            self._read()

    def hidden(self) -> None:
        """Nothing need be read."""
        self._seen = False
        self._later.stop()

    def set_palette(self, palette: Palette) -> None:
        """Draw in these colours from now on."""
        self._palette = palette
        if self.page.similar.isVisible() and self.page.canvas.scene.source is not None:
            self.show_similar(self.page.canvas.scene.source)

    def close(self) -> None:
        """Read no more."""
        self._later.stop()

    def _on_changed(self) -> None:
        self._stale = True
        if self._seen and not self._reading and not self._later.isActive():
            self._later.start()

    # What is shown

    def _read(self) -> None:
        self._stale, self._reading = False, True
        if self.map is None:
            self.page.line.setText("Reading the library…")
        preferred, by = self.context.settings[s.MODEL], self._colours
        known = self._maps if preferred == self._maps_of else None
        self._maps_of = preferred

        def work(store: LibraryStore) -> Read:
            try:
                maps = known or maps_for(store, preferred)
            except ModelError as error:
                return error
            if maps is None:
                return NothingToMap.NO_MAPS
            found = read_map(store, maps)
            return reason(found) or (found, by, found.colouring(by))

        self.context.library_service.run_query(work, self._on_read)

    def _on_read(self, read: Read) -> None:
        self._reading = False
        if self._stale and self._seen:  # it has changed again meanwhile
            self._later.start()
        if isinstance(read, tuple):
            found, by, colouring = read
            self._maps = found.maps
            self._show(found, colouring if by == self._colours else found.colouring(self._colours))
            return
        self.map = None
        said = words.emptiness(read) if isinstance(read, NothingToMap) else words.damaged(read)
        self.page.empty.say(said.title, said.sentence, said.button)
        self.page.show_empty(self.page.empty)
        self.page.chosen.hide()

    def _on_failed(self, _: Exception) -> None:
        self._stale, self._reading = True, False

    def _show(self, found: SongMap, colouring: Colouring) -> None:
        canvas = self.page.canvas
        before, scene = self.map, canvas.scene
        chosen = self._ids(self._chosen_songs())
        current, source = self._ids(_some(scene.current)), self._ids(_some(scene.source))
        camera = canvas.motion.goal
        self.map = found
        self.page.show_body()
        self.page.line.setText(words.head_line(found))
        for method, _, _ in words.METHODS:
            self.page.method.button(method).setEnabled((method, self._key[1]) in found.places)
        self.page.method.choose(self._key[0])
        canvas.show_songs(self._places(), colouring, flat=self._flat)
        self.page.legend.show_colouring(colouring)
        canvas.hide_groups(self.page.legend.hidden_names)
        if before is not None:  # the same map, renewed: leave it as the user had it
            scene.camera = camera
            canvas.choose(found.rows(chosen))
            scene.current = next(iter(found.rows(current).tolist()), None)
        if len(rows := found.rows(source)):
            self.show_similar(int(rows[0]))
        else:
            self._end_similar()
        self._on_song(self.context.playback.queue.current)
        if self._wanted is not None:
            self.show_similar_to(self._wanted)

    @property
    def _key(self) -> tuple[Method, int]:
        """What is shown: as it is set, or PCA where the model in use has no other maps."""
        settings = self.context.settings
        method, dimensions = cast(Method, settings[s.MAP_METHOD]), int(settings[s.MAP_DIMENSIONS])
        if self.map is not None and (method, dimensions) not in self.map.places:
            method = "pca"
        return method, dimensions

    @property
    def _colours(self) -> str:
        return self.context.settings[s.MAP_COLOURS]

    @property
    def _flat(self) -> bool:
        return self._key[1] == 2

    def _places(self) -> NDArray[np.float32]:
        assert self.map is not None
        return self.map.places[self._key]

    def _set(self, option: s.Option[str], value: str) -> None:
        """Another method, or another number of dimensions."""
        self.context.settings[option] = value
        if self.map is not None:
            self.page.canvas.go(self._places(), flat=self._flat)

    def _set_colours(self, value: str) -> None:
        self.context.settings[s.MAP_COLOURS] = value
        if self.map is not None:
            colouring = self.map.colouring(value)
            self.page.canvas.recolour(colouring)
            self.page.legend.show_colouring(colouring)
            self.page.canvas.hide_groups(self.page.legend.hidden_names)

    def _facts(self, song: int) -> Facts:
        assert self.map is not None
        return words.facts(self.map, song, self._palette)

    def _numbers(self) -> Numbers:
        return self.map.table(*self._key) if self.map is not None else ((), ())

    def _on_song(self, item: QueueItem | None) -> None:
        if self.map is not None:
            self.page.canvas.set_playing(self.map.row_at(item.path if item is not None else None))

    # More like this

    def show_similar(self, song: int) -> None:
        """The songs that are most like the one in a row, in the list and on the map."""
        found = self.map
        if found is None:
            return
        similar = found.neighbours.of(song, _NEIGHBOURS)
        rows = []
        for row, distance in zip(similar.songs.tolist(), similar.distances.tolist(), strict=True):
            facts = self._facts(row)
            rows.append(SimilarSongRow(row, facts.title, facts.artist, facts.colour, distance))
        self.page.similar.show_similar(found.titles[song], rows)
        self.page.similar.show()
        self.page.canvas.show_similar(song, similar.songs)

    def show_similar_to(self, song: int) -> None:
        """The same for a song of the library, by its id; the map is read first where it is not there yet."""
        if self.map is None or self._reading:
            self._wanted = song
            return
        self._wanted = None
        rows = self.map.rows([song])
        if len(rows):
            self.page.canvas.set_current(int(rows[0]))
            self.show_similar(int(rows[0]))
        else:
            self.noticed.emit(
                Notice("This song is not on the map yet", "Listen to it first, in the Library.", problem=False)
            )

    def _end_similar(self) -> None:
        self.page.similar.hide()
        self.page.canvas.show_similar(None, np.zeros(0, np.intp))

    def _similar_songs(self) -> list[int]:
        """The song and those that are like it."""
        scene = self.page.canvas.scene
        return [*_some(scene.source), *(int(song) for song in scene.similar)]

    def _choose_similar(self) -> None:
        found = np.array(self._similar_songs(), np.intp)
        self._end_similar()
        self.page.canvas.choose(found)

    # What is done with songs

    def _chosen_songs(self) -> list[int]:
        return [int(row) for row in np.flatnonzero(self.page.canvas.scene.chosen)]

    def _ids(self, rows: Sequence[int]) -> list[int]:
        return [] if self.map is None else [int(i) for i in self.map.ids[list(rows)]]

    def _paths(self, rows: Sequence[int]) -> list[Path]:
        return [] if self.map is None else [self.map.path(row) for row in rows]

    def _play(self, rows: Sequence[int]) -> None:
        self.play_requested.emit(self._paths(rows))

    def _enqueue(self, rows: Sequence[int]) -> None:
        self.enqueue_requested.emit(self._paths(rows))
        self.noticed.emit(Notice("Added to the queue", songs(len(rows)), problem=False))

    def _show_in_library(self, rows: Sequence[int]) -> None:
        label = self._facts(rows[0]).title if len(rows) == 1 else f"{songs(len(rows))} of the map"
        self.library_requested.emit(Selection(label, tuple(self._ids(rows))))

    def ask_for_playlist(self) -> None:
        """Ask where, and save the chosen songs."""
        ids = self._ids(self._chosen_songs())
        suggested = Path(self.context.settings[s.FOLDER]) / "map.m3u"
        path = ask_where_to_save(self.page.window(), "Save as playlist", suggested, "*.m3u *.m3u8", (".m3u", ".m3u8"))
        if path is not None and ids:
            self.save_playlist(ids, path)

    def save_playlist(self, ids: Sequence[int], path: Path) -> None:
        """Save songs as M3U, away from the window."""

        def done(count: int) -> None:
            self.noticed.emit(Notice("Playlist saved", f"{path.name}: {songs(count)}", problem=False))

        self.context.library_service.run_query(lambda store: save_playlist(store, ids, path), done)

    def _offer(self, song: int, at: QPoint) -> None:
        """What can be done with one song, or with the chosen ones if it is one of them."""
        canvas = self.page.canvas
        rows = self._chosen_songs() if canvas.scene.chosen[song] else [song]
        menu = QMenu(canvas)
        menu.addAction("Play", lambda: self._play(rows))
        menu.addAction("Add to queue", lambda: self._enqueue(rows))
        menu.addAction("More like this", lambda: self.show_similar(song))
        menu.addSeparator()
        menu.addAction("Do not choose" if canvas.scene.chosen[song] else "Choose", lambda: canvas.toggle(song))
        menu.addAction("Review and write…", lambda: self.review_requested.emit(self._ids(rows)))
        menu.addAction("Show in library", lambda: self._show_in_library(rows))
        menu.exec(at)
        menu.deleteLater()

    # The menu

    def add_actions(self, menu: QMenu) -> None:
        """All that the page offers."""
        page, canvas = self.page, self.page.canvas
        for segments in (page.method, page.dimensions, page.colours):
            segments.add_to(menu)
            menu.addSeparator()
        menu.addAction("Show all songs\t0", canvas.show_all)
        menu.addAction("Draw around songs\tL", lambda: canvas.set_tool("lasso"))
        menu.addAction("Draw a box around songs\tShift+drag", lambda: canvas.set_tool("box"))
        menu.addAction("Choose all that are shown\tCtrl+A", canvas.choose_all)
        menu.addAction("Choose nothing\tEsc", canvas.choose_nothing)
        names = menu.addAction("Names of the genres")
        names.setCheckable(True)
        names.setChecked(canvas.named)
        names.toggled.connect(canvas.set_named)
        menu.addSeparator()
        page.save.add_to(menu)
