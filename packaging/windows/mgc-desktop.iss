; Inno Setup 6:  iscc /DVersion=1.2.3 /DSource=..\..\dist\mgc-desktop /DOutput=..\..\dist mgc-desktop.iss
; Installs for the user alone, without asking for an administrator; for all users if one is there and chooses so.

#ifndef Version
  #error Version is not given: /DVersion=1.2.3
#endif
#ifndef Source
  #define Source "..\..\dist\mgc-desktop"
#endif
#ifndef Output
  #define Output "..\..\dist"
#endif
#define Title "MGC Desktop"
#define Program "mgc-desktop.exe"

[Setup]
AppId={{6E0C1C0E-6B7B-4B0D-9E53-3B3C3D0A7F51}
AppName={#Title}
AppVersion={#Version}
AppVerName={#Title} {#Version}
AppPublisher={#Title}
VersionInfoVersion={#Version}
DefaultDirName={autopf}\{#Title}
DefaultGroupName={#Title}
DisableProgramGroupPage=yes
LicenseFile=..\..\LICENSE
OutputDir={#Output}
OutputBaseFilename=mgc-desktop-{#Version}-windows-x86_64-setup
SetupIconFile=..\..\build\icons\mgc-desktop.ico
UninstallDisplayIcon={app}\{#Program}
Compression=lzma2/max
SolidCompression=yes
ArchitecturesAllowed=x64compatible
ArchitecturesInstallIn64BitMode=x64compatible
MinVersion=10.0.17763
PrivilegesRequired=lowest
PrivilegesRequiredOverridesAllowed=dialog
ChangesAssociations=yes
CloseApplications=yes
WizardStyle=modern

[Languages]
Name: "english"; MessagesFile: "compiler:Default.isl"
Name: "german"; MessagesFile: "compiler:Languages\German.isl"

[Tasks]
Name: "desktopicon"; Description: "{cm:CreateDesktopIcon}"; GroupDescription: "{cm:AdditionalIcons}"; Flags: unchecked
Name: "openwith"; Description: "Offer {#Title} under ""Open with"" for music"

[InstallDelete]
; What an older version brought and this one does not. The user's songs, settings and library lie elsewhere.
Type: filesandordirs; Name: "{app}\_internal"

[Files]
Source: "{#Source}\*"; DestDir: "{app}"; Flags: ignoreversion recursesubdirs createallsubdirs

[Icons]
Name: "{group}\{#Title}"; Filename: "{app}\{#Program}"
Name: "{autodesktop}\{#Title}"; Filename: "{app}\{#Program}"; Tasks: desktopicon

[Registry]
Root: HKA; Subkey: "Software\Classes\Applications\{#Program}"; Flags: uninsdeletekey; Tasks: openwith
Root: HKA; Subkey: "Software\Classes\Applications\{#Program}"; ValueType: string; ValueName: "FriendlyAppName"; ValueData: "{#Title}"; Tasks: openwith
Root: HKA; Subkey: "Software\Classes\Applications\{#Program}\DefaultIcon"; ValueType: string; ValueData: "{app}\{#Program},0"; Tasks: openwith
Root: HKA; Subkey: "Software\Classes\Applications\{#Program}\shell\open\command"; ValueType: string; ValueData: """{app}\{#Program}"" ""%1"""; Tasks: openwith
#define Ending(str Name) 'Root: HKA; Subkey: "Software\Classes\Applications\' + Program + '\SupportedTypes"; ValueType: string; ValueName: ".' + Name + '"; ValueData: ""; Tasks: openwith'
#emit Ending("mp3")
#emit Ending("flac")
#emit Ending("ogg")
#emit Ending("oga")
#emit Ending("opus")
#emit Ending("m4a")
#emit Ending("aac")
#emit Ending("wav")
#emit Ending("aiff")
#emit Ending("aif")
#emit Ending("wma")
#emit Ending("wv")
#emit Ending("ape")
#emit Ending("mp2")
#emit Ending("mka")

[Run]
Filename: "{app}\{#Program}"; Description: "{cm:LaunchProgram,{#Title}}"; Flags: nowait postinstall skipifsilent
