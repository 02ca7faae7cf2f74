@echo off
rem Starts Holdfast: with the jars in lib\ beside bin\, and the settings in bin\jvm.
setlocal DisableDelayedExpansion
set "home=%~dp0.."
set "settings=%home%\bin\jvm"

set "java=java"
if defined JAVA_HOME set "java=%JAVA_HOME%\bin\java"
where /q java
if not defined JAVA_HOME if errorlevel 1 goto missing
if defined JAVA_HOME if not exist "%JAVA_HOME%\bin\java.exe" goto missing

set "kind=long"
if "%~1"=="" set "kind=short"
for %%c in (-h --help -V --version list) do if "%~1"=="%%c" set "kind=short"
if "%~1"=="score" set "kind=score"
set "heap="
if defined HOLDFAST_HEAP_PERCENT set "heap=-XX:MaxRAMPercentage=%HOLDFAST_HEAP_PERCENT%"

for /f "usebackq eol=# tokens=1,* delims==" %%a in ("%settings%\environment") do if not defined %%a set "%%a=%%b"

"%java%" "@%settings%\all" "@%settings%\%kind%" %heap% %HOLDFAST_JAVA_OPTIONS% -cp "%home%\lib\*" dev.holdfast.harness.cli.Holdfast %*
exit /b %errorlevel%

:missing
echo Java (%java%) was not found. 1>&2
echo Maybe install a JRE or JDK 17 or later, or let JAVA_HOME name one. 1>&2
exit /b 3
